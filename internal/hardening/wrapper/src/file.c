/* Files: reading, mapping, real paths. */

/* statx fills this; <linux/stat.h> clashes with the C library's own header. */
struct status {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size;
	uint64_t rest[26];
};

static int status(int fd, const char *path, struct status *st)
{
	return (int)sys(SYS_statx, fd, (long)path, *path ? 0 : 0x1000 /* AT_EMPTY_PATH */, 0x7ff, (long)st);
}

static int is_regular(const struct status *st) { return (st->mode & 0170000) == 0100000; }

static int open_read(const char *path) { return (int)sys(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0); }

static void close_(int fd) { sys(SYS_close, fd, 0, 0, 0, 0); }

/* slurp reads fd to its end; it may be a pipe. It returns 0 when it cannot. */
static int slurp(int fd, struct text *t)
{
	char buffer[16384];
	for (;;) {
		long n = sys(SYS_read, fd, (long)buffer, sizeof buffer, 0, 0);
		if (n == -EINTR)
			continue;
		if (n < 0)
			return 0;
		if (n == 0)
			break;
		put(t, buffer, (size_t)n);
	}
	put(t, "", 0);
	return 1;
}

static int write_all(int fd, const char *s, size_t n)
{
	while (n) {
		long w = sys(SYS_write, fd, (long)s, (long)n, 0, 0);
		if (w == -EINTR)
			continue;
		if (w <= 0)
			return (int)w;
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

static char *read_link(const char *path)
{
	char buffer[4096];
	long n = sys(SYS_readlinkat, AT_FDCWD, (long)path, (long)buffer, sizeof buffer - 1, 0);
	return n < 0 ? 0 : copy(buffer, (size_t)n);
}

static char *fd_path(int fd)
{
	struct text t = {0};
	puts_(&t, "/proc/self/fd/");
	put_number(&t, (uint64_t)fd);
	return t.s;
}

/* real_path is the path of what path leads to, or 0. */
static const char *real_path(const char *path)
{
	int fd = (int)sys(SYS_openat, AT_FDCWD, (long)path, O_PATH | O_CLOEXEC, 0, 0);
	if (fd < 0)
		return 0;
	const char *r = read_link(fd_path(fd));
	close_(fd);
	return r;
}

static const char *current_directory(void)
{
	char buffer[4096];
	long n = sys(SYS_getcwd, (long)buffer, sizeof buffer, 0, 0, 0);
	return n < 0 ? "?" : copy(buffer, strlen(buffer));
}

/* clean makes path absolute and takes "." and ".." out by the letters. */
static const char *clean(const char *cwd, const char *path)
{
	struct text t = {0};
	const char *parts[2] = {*path == '/' ? "" : cwd, path};
	for (int i = 0; i < 2; i++)
		for (const char *s = parts[i]; *s;) {
			const char *e = s;
			while (*e && *e != '/')
				e++;
			size_t n = (size_t)(e - s);
			if (n == 2 && s[0] == '.' && s[1] == '.') {
				while (t.n && t.s[--t.n] != '/')
					;
				if (t.s)
					t.s[t.n] = 0;
			} else if (n && !(n == 1 && *s == '.')) {
				put(&t, "/", 1);
				put(&t, s, n);
			}
			s = *e ? e + 1 : e;
		}
	return t.n ? t.s : "/";
}

struct bytes {
	const unsigned char *p;
	size_t n;
};

/* map_fd maps a regular file; p is 0 if there is none to be read. An empty
 * file has n 0 and some p. */
static struct bytes map_fd(int fd)
{
	struct bytes b = {0, 0};
	struct status st;
	if (fd < 0 || status(fd, "", &st) != 0 || !is_regular(&st))
		return b;
	b.n = st.size;
	b.p = (const unsigned char *)"";
	if (st.size)
		b.p = map_pages(st.size, PROT_READ, MAP_PRIVATE, fd);
	return b;
}

static struct bytes map_file(const char *path)
{
	int fd = open_read(path);
	struct bytes b = map_fd(fd);
	if (fd >= 0)
		close_(fd);
	return b;
}

static void unmap(struct bytes b)
{
	if (b.p && b.n)
		sys(SYS_munmap, (long)b.p, (long)b.n, 0, 0, 0);
}
