/* The arguments of a call: response files read, options parted from inputs,
 * and what the rules add to them and take away. */

struct arg {
	const char *s;
	char what;        /* '=' kept, '-' taken away, '~' partly, '+' added, '@' a response file that was read */
	char nested;      /* it stood in a response file */
	const char *rule; /* of '-', '~' and '+' */
	const char *left; /* of '~': what is left of a group */
};

/* unit is an option with its argument, where that is a word of its own, or an
 * input. text joins both: -DX=1 for "-D X=1", "-include a.h" for long names. */
struct unit {
	int at, value; /* indices; value is -1 if there is none */
	const char *s; /* as written */
	const char *text;
};

typedef int separate(const char *s);

struct args {
	struct arg *v;
	int n, room;
	struct unit *units; /* of what was given */
	int n_units, split;
	int pipe; /* a response file cannot be read twice */
};

static struct arg *push(struct args *a, const char *s, char what, int nested, const char *rule)
{
	if (a->n == a->room) {
		int room = a->room ? a->room * 2 : 64;
		struct arg *v = take((size_t)room * sizeof *v);
		memcpy(v, a->v, (size_t)a->n * sizeof *v);
		a->v = v;
		a->room = room;
	}
	a->v[a->n] = (struct arg){s, what, (char)nested, rule, 0};
	return &a->v[a->n++];
}

/* expand reads response files as libiberty's expandargv does: words parted by
 * white space, both kinds of quotes, a backslash keeps the next character, and
 * a name that cannot be opened is an argument like any other. */
static void expand(struct args *a, const char *s, int depth)
{
	struct text t = {0};
	struct status st;
	int fd = *s == '@' ? open_read(s + 1) : -1;
	if (fd < 0 || status(fd, "", &st) != 0 || (st.mode & 0170000) == 0040000) {
		push(a, s, '=', depth > 0, 0);
		return;
	}
	if (depth > 32)
		die("response files nested too deeply:", s, 0);
	if (!slurp(fd, &t))
		die("cannot read", s, 0);
	close_(fd);
	a->pipe |= !is_regular(&st);
	push(a, s, '@', depth > 0, 0);
	for (const char *p = t.s;;) {
		struct text w = {0};
		char quote = 0;
		while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
			p++;
		if (!*p)
			return;
		put(&w, "", 0);
		for (; *p && (quote || !(*p == ' ' || (*p >= '\t' && *p <= '\r'))); p++) {
			if (*p == '\\' && p[1])
				put(&w, ++p, 1);
			else if (*p == quote)
				quote = 0;
			else if (!quote && (*p == '\'' || *p == '"'))
				quote = *p;
			else
				put(&w, p, 1);
		}
		expand(a, w.s, depth + 1);
	}
}

/* split parts the arguments into units, once. */
static void split(struct args *a, separate *takes)
{
	a->units = take((size_t)(a->n + 1) * sizeof *a->units);
	a->split = 1;
	for (int i = 0; i < a->n; i++) {
		const char *s = a->v[i].s;
		if (a->v[i].what != '=')
			continue;
		struct unit u = {i, -1, s, s};
		if (*s == '-' && s[1] && takes(s)) {
			int next = i + 1;
			while (next < a->n && a->v[next].what == '@')
				next++;
			if (next < a->n) {
				u.value = i = next;
				u.text = join(s, s[2] ? " " : "", a->v[next].s);
			}
		}
		a->units[a->n_units++] = u;
	}
}

/* next_unit returns the units one after another, without those taken away. */
static int next_unit(struct args *a, int *i, struct unit *u, separate *takes)
{
	if (!a->split)
		split(a, takes);
	while (*i < a->n_units && a->v[a->units[*i].at].what == '-')
		++*i;
	if (*i >= a->n_units)
		return 0;
	*u = a->units[(*i)++];
	if (a->v[u->at].what == '~')
		u->s = u->text = a->v[u->at].left;
	return 1;
}

/* incomplete tells that the last option lacks its argument: it would swallow
 * what is added behind it. */
static int incomplete(struct args *a, separate *takes)
{
	struct unit u = {0, 0, "", ""};
	for (int i = 0; next_unit(a, &i, &u, takes);)
		;
	return u.value < 0 && *u.s == '-' && u.s[1] && takes(u.s);
}

/* without takes from a group such as -Wp,-D,A=1,-UB the options that match. It
 * returns what is left: the group itself, another, or "". */
static const char *without(const char *group, const char *pattern)
{
	struct text t = {0};
	const char *p = group + 3;
	int gone = 0;
	put(&t, group, 3);
	while (*p == ',') {
		const char *e = ++p;
		while (*e && *e != ',')
			e++;
		const char *o = copy(p, (size_t)(e - p));
		const char *whole = o;
		if (o[0] == '-' && (o[1] == 'D' || o[1] == 'U') && !o[2] && *e) {
			const char *v = e + 1;
			for (e = v; *e && *e != ','; e++)
				;
			whole = join(o, "", copy(v, (size_t)(e - v)));
			o = copy(p, (size_t)(e - p));
		}
		p = e;
		if (glob(pattern, whole, 0)) {
			gone = 1;
			continue;
		}
		put(&t, ",", 1);
		puts_(&t, o);
	}
	return !gone ? group : t.n > 3 ? t.s : "";
}

/* canonical spells a long option of cc as the short one. */
static const char *canonical(const char *s)
{
	static const char *const names[][2] = {
		{"--define-macro=", "-D"}, {"--define-macro ", "-D"}, {"--undefine-macro=", "-U"}, {"--undefine-macro ", "-U"},
		{"-Xpreprocessor ", ""}, {"-Xassembler ", ""}, {"-Xclang ", ""},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (begins(s, names[i][0]))
			return join(names[i][1], "", s + strlen(names[i][0]));
	return s;
}

static int any(struct args *a, separate *takes, const char *pattern)
{
	struct unit u;
	for (int i = 0; next_unit(a, &i, &u, takes);)
		if (glob(pattern, u.text, 0))
			return 1;
	return 0;
}
