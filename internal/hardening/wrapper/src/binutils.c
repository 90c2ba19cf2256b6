/* Calls of linkers, assemblers, strip and objcopy. */

static const char *bare(const char *s)
{
	while (*s == '-')
		s++;
	return s;
}

static int ld_takes(const char *s)
{
	static const char *const letters = "AabcefFGhIlLmoPRTuyYz";
	static const char *const names[] = {
		"dynamic-linker", "rpath", "rpath-link", "soname", "plugin", "plugin-opt", "Map", "defsym", "entry", "output",
		"script", "version-script", "dynamic-list", "wrap", "section-start", "Ttext", "Tdata", "Tbss", "Ttext-segment",
		"Trodata-segment", "Tldata-segment", "oformat", "format", "retain-symbols-file", "sort-section", "undefined",
		"require-defined", "default-script", "dT", "library", "library-path", "just-symbols", "trace-symbol", "architecture",
		"auxiliary", "filter", "dependency-file", "exclude-libs", "orphan-handling", "init", "fini", "assert", "gpsize",
		"audit", "depaudit", "export-dynamic-symbol", "export-dynamic-symbol-list", "default-imported-symver", "mllvm",
		"image-base", "subsystem", "base-file", "out-implib", "output-def", "emulation", "opt-remarks-filename", 0,
	};
	if (s[1] != '-' && !s[2])
		for (const char *l = letters; *l; l++)
			if (s[1] == *l)
				return 1;
	return s[2] && !same(bare(s), "default-imported-symver") && one_of(bare(s), names);
}

/* linker finds out what a call of a linker does. What it reads is asked of the
 * linker itself: it lists its files, libraries found and scripts followed. */
static void linker(struct call *c, struct args *a)
{
	struct unit u;
	int inputs = 0, shared = 0, partial = 0, query = 0;
	const char *output = "a.out";
	c->takes = ld_takes;
	for (int i = 0; next_unit(a, &i, &u, ld_takes);) {
		const char *o = u.s, *value = u.value >= 0 ? a->v[u.value].s : "";
		if (*o != '-' || begins(o, "-l") || begins(o, "--library=") || same(o, "--library") || begins(o, "-T"))
			inputs = 1;
		else if (same(o, "-o") || same(bare(o), "output"))
			output = value;
		else if (begins(o, "--output="))
			output = o + 9;
		else if (begins(o, "-o") && o[2] && !begins(bare(o), "oformat"))
			output = o + 2;
		else if (same(bare(o), "shared") || same(o, "-Bshareable"))
			shared = 1;
		else if (same(o, "-r") || same(o, "-i") || same(o, "-Ur") || same(o, "--relocatable") || same(o, "-relocatable"))
			partial = 1;
		else if (same(bare(o), "version") || same(bare(o), "help") || same(o, "-V") || begins(bare(o), "print-output-format"))
			query = 1;
		else if (same(bare(o), "dependency-file"))
			c->dependencies = value;
		else if (begins(bare(o), "dependency-file="))
			c->dependencies = find(o, "=") + 1;
	}
	if (query || !inputs || incomplete(a, ld_takes)) {
		c->kind = "query";
		return;
	}
	c->kind = partial ? "partial-link" : "link";
	append(&c->outputs, output);
	if (!partial)
		c->stages = shared ? LD_DSO : LD_EXE;
}

/* list_files adds the inputs that the linker listed: "TARGET: \", then a file
 * a line, each but the last with " \" behind it, up to an empty line. lld
 * escapes blanks and doubles dollar signs, the linkers of GNU do not. */
static void list_files(struct call *c)
{
	struct text t = {0};
	struct status st;
	int fd = open_read(c->dependencies);
	struct list have = {0};
	if (fd < 0 || !slurp(fd, &t))
		return; /* the link failed */
	close_(fd);
	char *s = (char *)find(t.s, ":");
	while (s && *s && *s != '\n')
		s++;
	while (s && *s++ == '\n' && *s == ' ') {
		while (*s == ' ')
			s++;
		char *e = s;
		while (*e && *e != '\n')
			e++;
		char *path = copy(s, (size_t)(e - s)), *to = path;
		if (ends(path, " \\"))
			path[e - s - 2] = 0;
		s = e;
		if (status(AT_FDCWD, path, &st) != 0) {
			for (char *from = path; *from; from++) {
				if ((*from == '\\' && (from[1] == ' ' || from[1] == '#')) || (*from == '$' && from[1] == '$'))
					from++;
				*to++ = *from;
			}
			*to = 0;
		}
		int known = 0;
		for (int i = 0; i < have.n; i++)
			known |= same(have.v[i], path);
		if (known)
			continue;
		append(&have, path);
		add_input(c, 0, path);
	}
}

static int as_takes(const char *s)
{
	static const char *const names[] = {"-o", "-I", "-defsym", "--defsym", "--MD", "-G", "--debug-prefix-map", "--gdwarf-cie-version", 0};
	return one_of(s, names);
}

static void assembler(struct call *c, struct args *a)
{
	struct unit u;
	const char *output = "a.out";
	int query = 0;
	c->takes = as_takes;
	for (int i = 0; next_unit(a, &i, &u, as_takes);) {
		if (*u.s != '-' || same(u.s, "-") || same(u.s, "--"))
			add_input(c, "assembler", *u.s == '-' ? "-" : u.s);
		else if (same(u.s, "-o"))
			output = u.value >= 0 ? a->v[u.value].s : output;
		else if (begins(u.s, "-o"))
			output = u.s + 2;
		else if (same(u.s, "--version") || begins(u.s, "--help") || same(u.s, "--target-help"))
			query = 1;
	}
	if (query) {
		c->kind = "query";
		return;
	}
	if (!c->inputs.n)
		add_input(c, "assembler", "-");
	c->kind = "assemble";
	c->stages = ASSEMBLE;
	append(&c->outputs, output);
}

static int strip_takes(const char *s)
{
	static const char *const names[] = {
		"-o", "-F", "-I", "-O", "-K", "-N", "-R", "--target", "--input-target", "--output-target", "--keep-symbol",
		"--strip-symbol", "--remove-section", "--keep-section", "--remove-relocations", "--keep-section-symbols", 0,
	};
	return one_of(s, names);
}

static int objcopy_takes(const char *s)
{
	static const char *const names[] = {
		"-I", "-O", "-B", "-F", "-j", "-R", "-N", "-K", "-L", "-G", "-W", "-b", "--input-target", "--output-target",
		"--target", "--binary-architecture", "--only-section", "--remove-section", "--keep-section", "--strip-symbol",
		"--strip-unneeded-symbol", "--keep-symbol", "--localize-symbol", "--globalize-symbol", "--keep-global-symbol",
		"--weaken-symbol", "--strip-symbols", "--strip-unneeded-symbols", "--keep-symbols", "--localize-symbols",
		"--globalize-symbols", "--keep-global-symbols", "--weaken-symbols", "--redefine-sym", "--redefine-syms",
		"--rename-section", "--set-section-flags", "--set-section-alignment", "--add-section", "--update-section",
		"--dump-section", "--change-section-address", "--adjust-section-vma", "--change-section-lma",
		"--change-section-vma", "--change-start", "--adjust-start", "--set-start", "--change-addresses", "--adjust-vma",
		"--gap-fill", "--pad-to", "--byte", "--interleave-width", "--prefix-symbols", "--prefix-sections",
		"--prefix-alloc-sections", "--add-gnu-debuglink", "--add-symbol", "--alt-machine-code", "--remove-relocations",
		"--heap", "--stack", "--subsystem", "--image-base", "--file-alignment", "--section-alignment", "--srec-len",
		"--verilog-data-width", "--split-dwo", "--extract-symbol", 0,
	};
	return one_of(s, names);
}

/* rewriter covers strip, which changes each file it is given or writes -o, and
 * objcopy, which reads one and writes another or the same. */
static void rewriter(struct call *c, struct args *a, int objcopy)
{
	struct unit u;
	int query = 0;
	const char *output = 0;
	c->takes = objcopy ? objcopy_takes : strip_takes;
	for (int i = 0; next_unit(a, &i, &u, c->takes);) {
		if (*u.s != '-') {
			append(&c->inputs, u.s);
			append(&c->roles, 0);
		} else if (!objcopy && same(u.s, "-o") && u.value >= 0)
			output = a->v[u.value].s;
		else if (same(u.s, "--version") || same(u.s, "-V") || same(u.s, "--help") || same(u.s, "--info"))
			query = 1;
	}
	if (objcopy && c->inputs.n == 2)
		output = c->inputs.v[--c->inputs.n];
	if (query || !c->inputs.n) {
		c->kind = "query";
		return;
	}
	c->kind = objcopy ? "objcopy" : "strip";
	c->hash_before = 1;
	for (int i = 0; i < c->inputs.n; i++)
		append(&c->outputs, output ? output : c->inputs.v[i]);
}
