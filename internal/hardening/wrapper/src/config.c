/* The configuration: what config.go writes, one directive a line, words parted
 * by single spaces. Anything not understood ends the call. */

enum { COMPILE = 1, ASSEMBLE = 2, LINK_EXE = 4, LINK_DSO = 8, LD_EXE = 16, LD_DSO = 32 };

struct directive {
	const char *rule;
	char op; /* '+' add, '-' remove */
	int stages;
	struct list words; /* added arguments, or one pattern */
	struct list yes;   /* patterns of which one must be among the arguments */
	struct list no;    /* patterns of which none may be */
	struct list when;  /* hosted, optimised, gcc, clang, c++ */
};

struct exception {
	const char *rule, *kind, *pattern;
};

static struct {
	struct directive *d;
	int n;
	struct exception *x;
	int exceptions;
	struct list toolchain;
	const char *base, *optimise;
} config;

static int stage(const char *w)
{
	static const struct {
		const char *name;
		int bits;
	} names[] = {
		{"compile", COMPILE}, {"assemble", ASSEMBLE}, {"link", LINK_EXE | LINK_DSO}, {"link-executable", LINK_EXE},
		{"link-shared", LINK_DSO}, {"ld", LD_EXE | LD_DSO}, {"ld-executable", LD_EXE}, {"ld-shared", LD_DSO},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (same(w, names[i].name))
			return names[i].bits;
	die("unknown stage in " CONFIG ":", w, 0);
	return 0;
}

static void directive(struct list *w, const char *rule)
{
	struct directive *d = &config.d[config.n++];
	struct list *into = &d->words;
	if (w->n < 3 || !rule)
		die("incomplete line in " CONFIG ":", w->v[0], 0);
	d->rule = rule;
	d->op = w->v[0][0] == 'a' ? '+' : '-';
	d->stages = stage(w->v[1]);
	for (int i = 2; i < w->n; i++) {
		if (same(w->v[i], "if"))
			into = &d->yes;
		else if (same(w->v[i], "unless"))
			into = &d->no;
		else if (same(w->v[i], "when"))
			into = &d->when;
		else
			append(into, w->v[i]);
	}
}

static void read_config(void)
{
	struct text t = {0};
	int fd = open_read(CONFIG), lines = 0, first = 1;
	const char *rule = 0;
	if (fd < 0 || !slurp(fd, &t))
		die("cannot read", CONFIG, fd);
	close_(fd);
	for (size_t i = 0; i < t.n; i++)
		lines += t.s[i] == '\n';
	config.d = take((size_t)lines * sizeof *config.d);
	config.x = take((size_t)lines * sizeof *config.x);
	for (char *s = t.s; *s;) {
		struct list w = {0};
		char *word = s;
		for (;; s++) {
			if (*s != ' ' && *s != '\n' && *s)
				continue;
			char end = *s;
			*s = 0;
			append(&w, word);
			word = s + 1;
			if (end != ' ') {
				s += end != 0;
				break;
			}
		}
		const char *v = w.v[0];
		if (first ? !same(v, "dombuild-wrapper") || w.n != 2 || !same(w.v[1], "1") : w.n < 2)
			die("cannot understand " CONFIG ":", v, 0);
		if (same(v, "rule"))
			rule = w.v[1];
		else if (same(v, "add") || same(v, "remove"))
			directive(&w, rule);
		else if (same(v, "base"))
			config.base = w.v[1];
		else if (same(v, "optimise"))
			config.optimise = w.v[1];
		else if (same(v, "toolchain"))
			append(&config.toolchain, w.v[1]);
		else if (same(v, "except") && w.n == 4)
			config.x[config.exceptions++] = (struct exception){w.v[1], w.v[2], w.v[3]};
		else if (!first)
			die("unknown line in " CONFIG ":", v, 0);
		first = 0;
	}
	if (first)
		die("empty", CONFIG, 0);
}
