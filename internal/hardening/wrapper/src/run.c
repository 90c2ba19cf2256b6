/* Running the real program. */

static const char *new_id(void)
{
	struct text t = {0};
	struct timespec now = {0, 0};
	sys(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0);
	put_number(&t, (uint64_t)sys(SYS_getpid, 0, 0, 0, 0, 0));
	put(&t, ".", 1);
	put_number(&t, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
	return t.s;
}

/* Temporary files lie beside the log: a response file of ours, the linker's
 * list. They go before the record is written. */
static struct list temporaries;

static const char *temporary_file(const char *name, const char *id)
{
	const char *path = join(LOG "/.", name, join(".", id, ""));
	append(&temporaries, path);
	return path;
}

/* in_file writes arguments that are too long for the kernel to a response file. */
static struct list in_file(const struct list *words, const char *id)
{
	struct text t = {0};
	struct list l = {0};
	const char *temporary = temporary_file("arguments", id);
	for (int i = 1; i < words->n; i++) {
		put(&t, "\"", 1);
		for (const char *s = words->v[i]; *s; s++) {
			if (*s == '"' || *s == '\\')
				put(&t, "\\", 1);
			put(&t, s, 1);
		}
		put(&t, "\"\n", 2);
	}
	int fd = (int)sys(SYS_openat, AT_FDCWD, (long)temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, 0);
	if (fd < 0 || write_all(fd, t.s, t.n) != 0)
		die("cannot write", temporary, fd);
	close_(fd);
	append(&l, words->v[0]);
	append(&l, join("@", "", temporary));
	return l;
}

/* command is what is executed. Response files stay as they are, unless
 * something in them was taken away. */
static struct list command(struct call *c, struct args *a, const char *arg0, const char *id)
{
	struct list l = {0};
	int unfold = a->pipe;
	size_t bytes = 0;
	for (int i = 0; i < a->n; i++)
		unfold |= a->v[i].nested && a->v[i].what == '-';
	append(&l, arg0);
	for (int i = 0; i < a->n; i++) {
		const struct arg *x = &a->v[i];
		if (x->what == '-' || (x->what == '@' && unfold) || (x->nested && !unfold))
			continue;
		append(&l, x->s);
		bytes += strlen(x->s) + 1 + sizeof x->s;
	}
	if (unfold && bytes > 96 * 1024)
		l = in_file(&l, id);
	if (c->takes == ld_takes && !c->dependencies && !same(c->kind, "internal")) {
		c->dependencies = temporary_file("files", id);
		append(&l, join("--dependency-file=", "", c->dependencies));
	}
	return l;
}

/* environment is env with more in it, whose names it does not have twice. */
static char **environment(char **env, const struct list *more)
{
	struct list l = {0};
	for (; *env; env++) {
		int replaced = 0;
		for (int i = 0; i < more->n; i++) {
			size_t n = (size_t)(find(more->v[i], "=") - more->v[i]) + 1;
			replaced |= begins(*env, copy(more->v[i], n));
		}
		if (!replaced)
			append(&l, *env);
	}
	for (int i = 0; i < more->n; i++)
		append(&l, more->v[i]);
	return (char **)l.v;
}

static uint64_t signal_bit(int s) { return (uint64_t)1 << (s - 1); }

/* become is what the child does. Where the child borrows this process's memory
 * until it executes (vfork), sys must be inlined, so that no return address is
 * on the stack that the child could overwrite, and the child must have a frame
 * of its own. */
#ifdef OWN_ENTRY
#define SHARED 0x100 /* CLONE_VM */
#else
#define SHARED 0
#endif
__attribute__((noinline, noreturn)) static void become(const char *real, const char **argv, char **env, uint64_t *mask)
{
	sys(SYS_rt_sigprocmask, SIG_SETMASK, (long)mask, 0, 8, 0);
	long r = sys(SYS_execve, (long)real, (long)argv, (long)env, 0, 0);
	die("cannot run", real, r);
	__builtin_unreachable();
}

/* run returns the wait status. Signals that ask this process to end are passed
 * on; the program itself decides. */
static int run(const char *real, const char **argv, char **env)
{
	static const int passed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
	uint64_t set = signal_bit(SIGCHLD), old = 0, none[4] = {0}, information[16];
	int st = 0;
	for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
		set |= signal_bit(passed[i]);
	sys(SYS_rt_sigaction, SIGCHLD, (long)none, 0, 8, 0);
	sys(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, (long)&old, 8, 0);
	long pid = sys(SYS_clone, SHARED | 0x4000 /* CLONE_VFORK */ | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		die("cannot start", real, pid);
	if (pid == 0)
		become(real, argv, env, &old);
	for (;;) {
		long s = sys(SYS_rt_sigtimedwait, (long)&set, (long)information, 0, 8, 0);
		if (s > 0 && s != SIGCHLD)
			sys(SYS_kill, pid, s, 0, 0, 0);
		if (sys(SYS_wait4, pid, (long)&st, 1 /* WNOHANG */, 0, 0) == pid)
			break;
	}
	return st;
}

/* finish writes the record and ends as the program ended. */
static void finish(int st)
{
	struct text n = {0};
	int by_signal = st & 0x7f, was = st >> 8 & 0xff;
	put_number(&n, (uint64_t)(by_signal ? by_signal : was));
	line(by_signal ? "signal" : "exit", 0, n.s);
	puts_(&record, "end\n");
	for (int i = 0; i < temporaries.n; i++)
		sys(SYS_unlinkat, AT_FDCWD, (long)temporaries.v[i], 0, 0, 0);
	commit();
	if (!by_signal)
		leave(was);
	uint64_t none[4] = {0}, all = 0;
	sys(SYS_rt_sigaction, by_signal, (long)none, 0, 8, 0);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, 8, 0);
	sys(SYS_kill, sys(SYS_getpid, 0, 0, 0, 0, 0), by_signal, 0, 0, 0);
	leave(128 + by_signal);
}
