/* The wrapper stands where a compiler, linker, assembler, strip or objcopy of
 * the build root stood, under its name, so that every way to call it leads
 * here: names, links to it, absolute paths, an empty environment. It changes
 * the arguments as the configuration says, runs the real program, which lies
 * beside it under a name with PREFIX before it, and appends one record of the
 * call to the log. ../doc.go says what is recorded and why. */

#ifndef PREFIX
#define PREFIX ".dombuild-"
#endif
#ifndef CONFIG
#define CONFIG "/dombuild/hardening.conf"
#endif
#ifndef LOG
#define LOG "/dombuild-log"
#endif
#ifndef ASSEMBLER /* a directory with a link "as" to the real assembler */
#define ASSEMBLER "/usr/lib/dombuild"
#endif

#include "sys.c"
#include "file.c"
#include "sha256.c"
#include "config.c"
#include "args.c"
#include "record.c"
#include "call.c"
#include "driver.c"
#include "binutils.c"
#include "run.c"

static const char *sibling(const char *path)
{
	const char *b = base_name(path);
	return join(copy(path, (size_t)(b - path)), PREFIX, b);
}

/* analyse tells by the program's own name what it is, and by arg0, through
 * which link it was called, how it behaves. */
static void analyse(struct call *c, struct args *a, const char *program, const char *arg0)
{
	const char *name = base_name(program), *as = base_name(arg0);
	if (ends(name, "strip"))
		rewriter(c, a, 0);
	else if (find(name, "objcopy"))
		rewriter(c, a, find(as, "strip") == 0);
	else if (same(name, "lld") || begins(name, "ld.") || find(name, "-ld.") || same(name, "ld") || ends(name, "-ld") || same(name, "mold")) {
		linker(c, a);
		if (same(name, "lld") && !find(as, "ld.lld"))
			*c = (struct call){.kind = "internal", .takes = ld_takes};
	} else if (same(name, "as") || ends(name, "-as"))
		assembler(c, a);
	else {
		c->clang = find(name, "clang") != 0;
		c->cxx = find(as, "++") != 0;
		driver(c, a, find(c->clang ? as : name, "cpp") != 0);
	}
}

/* skip_assembler has gcc call the real assembler, which would otherwise be
 * wrapped for nothing: the compile's own record has the object. It is done only
 * where PATH leads to the wrapped assembler of the same target. */
static const char *skip_assembler(const char *program, char **env)
{
	const char *path = lookup(env, "PATH"), *real = real_path(ASSEMBLER "/as");
	const char *have = lookup(env, "COMPILER_PATH"), *name = base_name(program);
	const char *target = copy(name, 0), *gcc = find(name, "gcc");
	if (!gcc)
		gcc = find(name, "g++");
	if (gcc)
		target = copy(name, (size_t)(gcc - name));
	if (!real || !same(base_name(real), join(PREFIX, target, "as")))
		return 0;
	for (path = path ? path : "/bin:/usr/bin"; path;) {
		const char *e = path;
		while (*e && *e != ':')
			e++;
		const char *as = join(e == path ? "." : copy(path, (size_t)(e - path)), "/", "as");
		if (sys(SYS_faccessat, AT_FDCWD, (long)as, 1, 0, 0) == 0) {
			const char *r = real_path(as);
			if (!r || !same(sibling(r), real))
				return 0;
			return have ? join("COMPILER_PATH=", have, ":" ASSEMBLER) : "COMPILER_PATH=" ASSEMBLER;
		}
		path = *e ? e + 1 : 0;
	}
	return 0;
}

static void describe(const struct call *c, const char *id, const char *program, const char *cwd, char **env)
{
	const char *parent = lookup(env, "DOMBUILD_CALL");
	line("id", 0, id);
	if (parent)
		line("parent", 0, parent);
	line("program", 0, program);
	line("cwd", 0, cwd);
	line("kind", 0, c->kind);
}

/* astray records the directory in which PATH has gcc find a program of its own,
 * unless it is one of the build root. */
static void astray(char **env, const char *program)
{
	const char *path = lookup(env, "PATH");
	struct status st;
	while (path) {
		const char *e = path;
		while (*e && *e != ':')
			e++;
		const char *dir = e == path ? "." : copy(path, (size_t)(e - path)), *file = join(dir, "/", program);
		if (sys(SYS_faccessat, AT_FDCWD, (long)file, 1, 0, 0) == 0 && status(AT_FDCWD, file, &st) == 0 && is_regular(&st)) {
			if (!of_toolchain(file))
				line("env", "PATH", dir);
			return;
		}
		path = *e ? e + 1 : 0;
	}
}

/* steered records the variables by which a driver runs other programs, or has
 * other arguments, than its command says. */
static void steered(const struct call *c, char **env)
{
	static const char *const names[] = {"CCC_OVERRIDE_OPTIONS", "COMPILER_PATH", "GCC_EXEC_PREFIX"};
	for (int i = 0; i < 3; i++) {
		const char *v = lookup(env, names[i]);
		if (v && *v)
			line("env", names[i], v);
	}
	int links = same(c->kind, "link");
	if (!c->clang && (links || same(c->kind, "compile") || same(c->kind, "assemble")))
		astray(env, "as");
	if (links)
		astray(env, "ld");
}

/* own_libraries keeps the loader from putting libraries of the build into the
 * real program: of its variables that is left which lies in the build root.
 * Builds set them for programs of theirs, and call compilers below those. */
static void own_libraries(char **env, struct list *more)
{
	static const char *const names[] = {"LD_AUDIT", "LD_LIBRARY_PATH", "LD_PRELOAD"};
	for (int i = 0; i < 3; i++) {
		const char *s = lookup(env, names[i]), *kept = "";
		if (!s || !*s)
			continue;
		while (*s) {
			const char *e = s;
			while (*e && *e != ':' && *e != ';' && *e != ' ')
				e++;
			const char *part = copy(s, (size_t)(e - s));
			/* a name without a slash is searched for as every library is */
			if (*part == '/' ? of_toolchain(part) : *part && i != 1 && !find(part, "/"))
				kept = *kept ? join(kept, ":", part) : part;
			s = *e ? e + 1 : e;
		}
		append(more, join(names[i], "=", kept));
	}
}

static void inputs(struct call *c)
{
	for (int i = 0; i < c->inputs.n; i++) {
		const char *role = c->roles.v[i];
		/* what a driver links is hashed by the linker's record; C is not
		 * hashed, since most of what is compiled stands in headers */
		if (role && !same(role, "assembler") && !same(role, "preprocessed"))
			line("in", join(role, " ", "-"), c->inputs.v[i]);
		else
			line_input(role, c->inputs.v[i], c->hash_before);
	}
}

static int start(int argc, char **argv, char **env)
{
	struct call c = {0};
	struct args a = {0};
	const char *program = read_link("/proc/self/exe"), *cwd = current_directory(), *id = new_id();
	if (!program || argc < 1)
		die("cannot read", "/proc/self/exe", 0);
	const char *real = sibling(program);
	read_config();
	for (int i = 1; i < argc; i++)
		expand(&a, argv[i], 0);
	analyse(&c, &a, program, argv[0]);
	line("call", 0, "1");
	describe(&c, id, program, cwd, env);
	line("name", 0, argv[0]);
	if (c.driver)
		steered(&c, env);
	apply(&c, &a, cwd);
	line_args(&a);
	if (same(c.kind, "query")) {
		if (a.pipe)
			die("a query cannot have a pipe as response file:", argv[0], 0);
		puts_(&record, "end\n");
		commit();
		long r = sys(SYS_execve, (long)real, (long)argv, (long)env, 0, 0);
		die("cannot run", real, r);
	}
	if (c.hash_before)
		inputs(&c);
	struct list words = command(&c, &a, argv[0], id), more = {0};
	append(&more, join("DOMBUILD_CALL=", "", id));
	own_libraries(env, &more);
	if (c.driver && !c.clang && !same(c.kind, "preprocess") && !same(c.kind, "syntax")) {
		const char *v = skip_assembler(program, env);
		if (v)
			append(&more, v);
	}
	int st = run(real, words.v, environment(env, &more));
	if (c.takes == ld_takes && c.dependencies)
		list_files(&c);
	if (!c.hash_before)
		inputs(&c);
	if (st == 0 && !(c.driver && same(c.kind, "link")) && !same(c.kind, "internal"))
		for (int i = 0; i < c.outputs.n; i++)
			line_output(c.outputs.v[i]);
	else
		for (int i = 0; i < c.outputs.n; i++)
			line("out", "-", c.outputs.v[i]);
	finish(st);
	return 0;
}

#ifdef OWN_ENTRY
__attribute__((used)) void begin(long *stack)
{
	int argc = (int)*stack;
	char **argv = (char **)(stack + 1);
	leave(start(argc, argv, argv + argc + 1));
}
#else
int main(int argc, char **argv, char **env) { return start(argc, argv, env); }
#endif
