/* Calls of gcc, g++, cpp, gfortran and clang. */

static int one_of(const char *s, const char *const *names)
{
	for (; *names; names++)
		if (same(s, *names))
			return 1;
	return 0;
}

static int cc_takes(const char *s)
{
	static const char *const names[] = {
		"-o", "-I", "-D", "-U", "-L", "-l", "-x", "-T", "-u", "-z", "-e", "-h", "-A", "-B", "-F", "-G", "-R", "-include",
		"-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefix", "-iwithprefixbefore", "-isysroot",
		"-imultilib", "-imultiarch", "-iframework", "-ivfsoverlay", "-MF", "-MT", "-MQ", "-MJ", "-Xlinker", "-Xassembler",
		"-Xpreprocessor", "-Xclang", "-Xanalyzer", "-mllvm", "-target", "-arch", "-param", "--param", "-aux-info",
		"-dumpbase", "-dumpbase-ext", "-dumpdir", "-wrapper", "-specs", "--specs", "--sysroot", "--output", "--include",
		"--imacros", "--define-macro", "--undefine-macro", "--include-directory", "--library-directory", "--language",
		"--entry", "--prefix", "--for-linker", "--for-assembler", "--force-link", "-Tbss", "-Tdata", "-Ttext", "-rpath",
		"-framework", "-serialize-diagnostics", "-gcc-toolchain", "-resource-dir", 0,
	};
	return one_of(s, names);
}

static int is_query(const char *s)
{
	static const char *const names[] = {
		"--version", "-dumpversion", "-dumpfullversion", "-dumpmachine", "-dumpspecs", "--dumpversion", "--dumpmachine",
		"--dumpspecs", "--help", "--target-help", "-###", 0,
	};
	return one_of(s, names) || begins(s, "-print-") || begins(s, "--print-") || begins(s, "--help=");
}

/* language of an input as gcc names it: by -x or by the ending; "" for what
 * only the linker reads. */
static const char *language(const char *x, const char *path)
{
	static const char *const endings[][2] = {
		{".c", "c"}, {".h", "c-header"}, {".i", "cpp-output"}, {".ii", "c++-cpp-output"}, {".m", "objective-c"},
		{".mi", "objective-c-cpp-output"}, {".mm", "objective-c++"}, {".M", "objective-c++"}, {".cc", "c++"}, {".cp", "c++"},
		{".cxx", "c++"}, {".cpp", "c++"}, {".CPP", "c++"}, {".c++", "c++"}, {".C", "c++"}, {".hh", "c++-header"},
		{".H", "c++-header"}, {".hpp", "c++-header"}, {".hxx", "c++-header"}, {".h++", "c++-header"}, {".tcc", "c++-header"},
		{".s", "assembler"}, {".S", "assembler-with-cpp"}, {".sx", "assembler-with-cpp"}, {".f", "f77"}, {".F", "f77"},
		{".for", "f77"}, {".FOR", "f77"}, {".fpp", "f77"}, {".FPP", "f77"}, {".ftn", "f77"}, {".f90", "f95"}, {".F90", "f95"},
		{".f95", "f95"}, {".F95", "f95"}, {".f03", "f95"}, {".F03", "f95"}, {".f08", "f95"}, {".F08", "f95"}, {".ads", "ada"},
		{".adb", "ada"}, {".d", "d"}, {".go", "go"}, {".bc", "ir"}, {".ll", "ir"},
	};
	if (x)
		return x;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends(base_name(path), endings[i][0]) && !same(base_name(path), endings[i][0]))
			return endings[i][1];
	return "";
}

static const char *with_ending(const char *path, const char *ending)
{
	const char *b = base_name(path);
	size_t n = strlen(b);
	for (size_t i = n; i > 0; i--)
		if (b[i - 1] == '.') {
			n = i - 1 ? i - 1 : n;
			break;
		}
	return join(copy(b, n), "", ending);
}

struct seen {
	int query, mode, sources, assembler, linked, shared, partial, internal;
	const char *x, *output;
};

/* option notes what one option says about the call. */
static void option(struct call *c, struct seen *s, const struct unit *u, const char *value)
{
	const char *o = u->s;
	if (is_query(o))
		s->query = 1;
	else if (same(o, "-E") || same(o, "-M") || same(o, "-MM"))
		s->mode = 'E';
	else if (same(o, "-fsyntax-only") && s->mode != 'E')
		s->mode = 'y';
	else if (same(o, "-S") && s->mode != 'E' && s->mode != 'y')
		s->mode = 'S';
	else if (same(o, "-c") && !s->mode)
		s->mode = 'c';
	else if (same(o, "-o") || same(o, "--output"))
		s->output = value;
	else if (begins(o, "-o") && o[2] && !begins(o, "-object"))
		s->output = o + 2;
	else if (begins(o, "--output="))
		s->output = o + 9;
	else if (same(o, "-x") || same(o, "--language"))
		s->x = same(value, "none") ? 0 : value;
	else if (begins(o, "-x") && o[2])
		s->x = same(o + 2, "none") ? 0 : o + 2;
	else if (same(o, "-shared") || same(o, "--shared"))
		s->shared = 1;
	else if (same(o, "-r"))
		s->partial = 1;
	else if (begins(o, "-l") || begins(o, "-Wl,") || same(o, "-Xlinker") || begins(o, "-T"))
		s->linked = 1;
	else if (same(o, "-O0"))
		c->optimised = 0;
	else if (begins(o, "-O"))
		c->optimised = 1;
	else if (same(o, "-ffreestanding") || same(o, "-fno-hosted") || same(o, "-nostdinc") || same(o, "-mcmodel=kernel"))
		c->freestanding = 1;
	else if (same(o, "-fhosted"))
		c->freestanding = 0;
	else if (same(o, "-fltrans") || same(o, "-fwpa") || begins(o, "-fwpa=") || same(o, "-cc1") || same(o, "-cc1as"))
		s->internal = o[1] == 'f' ? 'l' : '1';
}

static void input(struct call *c, struct seen *s, const char *path)
{
	const char *l = language(s->x, path);
	if (same(l, "lto"))
		s->internal = 'l';
	if (same(l, "") || same(l, "lto")) {
		s->linked = 1;
		add_input(c, "linked", path);
		return;
	}
	s->sources++;
	s->assembler += begins(l, "assembler");
	c->cxx |= begins(l, "c++") || begins(l, "objective-c++");
	c->other_language |= same(l, "f77") || same(l, "f95") || same(l, "ada") || same(l, "d") || same(l, "go");
	add_input(c, begins(l, "assembler") ? "assembler" : ends(l, "cpp-output") ? "preprocessed" : "source", path);
}

static void driver_outputs(struct call *c, const struct seen *s)
{
	int headers = 0;
	if (s->mode == 'y')
		return;
	if (s->mode == 'E' || s->output) {
		append(&c->outputs, s->output ? s->output : "-");
		return;
	}
	if (!s->mode) {
		append(&c->outputs, "a.out");
		return;
	}
	for (int i = 0; i < c->inputs.n; i++) {
		const char *p = c->inputs.v[i];
		if (same(c->roles.v[i], "linked"))
			continue;
		headers = ends(language(0, p), "header") && s->mode == 'c';
		append(&c->outputs, headers ? join(p, "", ".gch") : with_ending(p, s->mode == 'S' ? ".s" : ".o"));
	}
}

/* driver finds out what a call of a compiler driver does. */
static void driver(struct call *c, struct args *a, int preprocessor)
{
	struct seen s = {0};
	struct unit u;
	int rest = 0;
	c->takes = cc_takes;
	c->driver = 1;
	c->optimised = -1;
	s.mode = preprocessor ? 'E' : 0;
	s.x = preprocessor ? "c" : 0; /* whatever the name */
	for (int i = 0; next_unit(a, &i, &u, cc_takes);) {
		if (rest || *u.s != '-' || !u.s[1])
			input(c, &s, u.s);
		else if (c->clang && same(u.s, "--"))
			rest = 1;
		else
			option(c, &s, &u, u.value >= 0 ? a->v[u.value].s : "");
	}
	if (preprocessor && !c->inputs.n)
		input(c, &s, "-");
	if (preprocessor && c->inputs.n > 1 && !s.output)
		s.output = c->inputs.v[--c->inputs.n];
	if (s.query || (!s.sources && !s.linked)) {
		c->kind = "query";
		return;
	}
	if (s.internal && s.output)
		append(&c->outputs, s.output);
	if (!s.internal)
		driver_outputs(c, &s);
	if (s.internal) {
		c->kind = s.internal == 'l' ? "lto" : "internal";
		return;
	}
	c->kind = s.mode == 'E' ? "preprocess" : s.mode == 'y' ? "syntax" : !s.mode ? "link" : s.sources > s.assembler ? "compile" : "assemble";
	if (s.sources)
		c->stages |= COMPILE;
	if (s.assembler && s.mode != 'E')
		c->stages |= ASSEMBLE;
	if (!s.mode && !s.partial)
		c->stages |= s.shared ? LINK_DSO : LINK_EXE;
}
