/* A call: what it is, what it reads and writes, and the rules applied to it. */

struct call {
	const char *kind;
	separate *takes;
	int stages;
	int driver; /* gcc or clang, which hand flags on to an assembler */
	int clang, cxx, freestanding, optimised, other_language;
	struct list roles, inputs; /* side by side; role 0: to be seen from the bytes */
	struct list outputs;
	const char *dependencies; /* where the linker lists what it read */
	int hash_before;          /* inputs are changed in place */
};

static void add_input(struct call *c, const char *role, const char *path)
{
	append(&c->roles, role);
	append(&c->inputs, path);
}

/* named tells that a path matches an exception's pattern, relative to the base
 * or, if the pattern is absolute, from the root. */
static int named(const char *pattern, const char *cwd, const char *path)
{
	const char *p = clean(cwd, path);
	size_t n = config.base ? strlen(config.base) : 0;
	if (*pattern != '/' && n && begins(p, config.base) && p[n] == '/')
		p += n + 1;
	return glob(pattern, p, 1);
}

/* excepted tells that the recipe switched a rule off for all that this call
 * writes, or for all that it compiles. */
static int excepted(const struct call *c, const char *cwd, const char *rule)
{
	for (int i = 0; i < config.exceptions; i++) {
		const struct exception *x = &config.x[i];
		int output = same(x->kind, "output"), all = 0;
		if (!same(x->rule, rule))
			continue;
		const struct list *l = output ? &c->outputs : &c->inputs;
		for (int k = 0; k < l->n; k++) {
			if (!output && !(c->roles.v[k] && !same(c->roles.v[k], "linked")))
				continue;
			all = named(x->pattern, cwd, l->v[k]);
			if (!all)
				break;
		}
		if (all)
			return 1;
	}
	return 0;
}

/* lacks is the first condition of a directive that the call does not meet. */
static const char *lacks(const struct directive *d, const struct call *c, struct args *a)
{
	for (int i = 0; i < d->when.n; i++) {
		const char *w = d->when.v[i];
		int met = same(w, "hosted") ? !c->freestanding
			: same(w, "optimised") ? c->optimised
			: same(w, "gcc") ? !c->clang
			: same(w, "clang") ? c->clang
			: same(w, "c++") ? c->cxx
					 : 0;
		if (!met)
			return w;
	}
	int found = !d->yes.n;
	for (int i = 0; i < d->yes.n && !found; i++)
		found = any(a, c->takes, d->yes.v[i]);
	if (!found)
		return "if";
	for (int i = 0; i < d->no.n; i++)
		if (any(a, c->takes, d->no.v[i]))
			return d->no.v[i];
	return 0;
}

static void remove_matching(const struct directive *d, const struct call *c, struct args *a)
{
	struct unit u;
	for (int i = 0; next_unit(a, &i, &u, c->takes);) {
		const char *left = "", *group = d->stages & COMPILE ? "-Wp," : "-Wa,";
		int hit = glob(d->words.v[0], c->driver ? canonical(u.text) : u.text, 0);
		if (!hit && c->driver && begins(u.s, group)) {
			left = without(u.s, d->words.v[0]);
			hit = left != u.s;
		}
		if (!hit)
			continue;
		a->v[u.at].what = *left ? '~' : '-';
		a->v[u.at].left = left;
		a->v[u.at].rule = d->rule;
		if (u.value >= 0) {
			a->v[u.value].what = '-';
			a->v[u.value].rule = d->rule;
		}
	}
}

static void add_words(const struct directive *d, const struct call *c, struct args *more)
{
	int assembler = c->driver && d->stages == ASSEMBLE;
	for (int i = 0; i < d->words.n; i++) {
		const char *w = d->words.v[i];
		/* warnings and macros of C mean nothing to other languages */
		if (c->other_language && d->stages == COMPILE && (w[1] == 'W' || w[1] == 'D' || w[1] == 'U'))
			continue;
		push(more, assembler ? join("-Wa,", "", w) : w, '+', 0, d->rule);
	}
}

/* insert puts what is added at the end, where nothing can undo it, but before
 * clang's "--", behind which all are inputs. */
static void insert(struct call *c, struct args *a, struct args *more)
{
	struct args all = {0};
	int at = a->n, quiet = 0;
	for (int i = 0; c->clang && i < at; i++)
		if (a->v[i].what == '=' && same(a->v[i].s, "--")) {
			a->pipe |= a->v[i].nested;
			at = i;
		}
	for (int i = 0; i < a->n; i++)
		if (a->v[i].what == '~') {
			a->v[i].what = '-';
			push(more, a->v[i].left, '+', 0, a->v[i].rule);
		}
	for (int i = 0; i < more->n; i++)
		quiet |= c->clang && more->v[i].what == '+';
	for (int i = 0; i < at; i++)
		*push(&all, 0, 0, 0, 0) = a->v[i];
	if (quiet)
		push(&all, "--start-no-unused-arguments", '+', 0, "-");
	for (int i = 0; i < more->n; i++)
		*push(&all, 0, 0, 0, 0) = more->v[i];
	if (quiet)
		push(&all, "--end-no-unused-arguments", '+', 0, "-");
	for (int i = at; i < a->n; i++)
		*push(&all, 0, 0, 0, 0) = a->v[i];
	a->v = all.v;
	a->n = all.n;
}

/* apply changes the arguments as the rules say. Conditions are judged on the
 * call as it was given. What was left out is said in the record. */
static void apply(struct call *c, struct args *a, const char *cwd)
{
	struct args more = {0};
	char *active = take((size_t)config.n + 1);
	const char *off = "";
	if (!c->stages || incomplete(a, c->takes))
		return;
	if (c->stages & COMPILE && config.optimise && c->optimised < 0)
		push(&more, config.optimise, '+', 0, "optimise");
	c->optimised = c->optimised < 0 ? config.optimise != 0 : c->optimised;
	for (int i = 0; i < config.n; i++) {
		const struct directive *d = &config.d[i];
		if (!(d->stages & c->stages) || same(off, d->rule))
			continue;
		if (excepted(c, cwd, d->rule)) {
			line("except", 0, d->rule);
			off = d->rule;
			continue;
		}
		const char *why = lacks(d, c, a);
		active[i] = !why;
		if (why && d->op == '+' && !same(why, "if") && !same(why, "c++"))
			line("omit", d->rule, why);
	}
	for (int i = 0; i < config.n; i++)
		if (active[i] && config.d[i].op == '-')
			remove_matching(&config.d[i], c, a);
	for (int i = 0; i < config.n; i++)
		if (active[i] && config.d[i].op == '+')
			add_words(&config.d[i], c, &more);
	insert(c, a, &more);
}
