/* The record of one call, and its place in the log. */

static struct text record;

/* line writes words and one text, which runs to the end of the line: bytes
 * below 0x20, 0x7f and the backslash are written as \xHH. */
static void line(const char *key, const char *word, const char *s)
{
	puts_(&record, key);
	if (word) {
		put(&record, " ", 1);
		puts_(&record, word);
	}
	if (s) {
		put(&record, " ", 1);
		for (; *s; s++) {
			unsigned char c = (unsigned char)*s;
			if (c >= 0x20 && c != 0x7f && c != '\\') {
				put(&record, s, 1);
				continue;
			}
			char x[4] = {'\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
			put(&record, x, 4);
		}
	}
	put(&record, "\n", 1);
}

static void line_args(const struct args *a)
{
	for (int i = 0; i < a->n; i++) {
		const struct arg *x = &a->v[i];
		const char *key = x->what == '@' ? (x->nested ? "nested-file" : "file")
				: x->what == '+' ? "add"
				: x->what == '-' ? (x->nested ? "nested-remove" : "remove")
						 : (x->nested ? "nested" : "arg");
		line(key, x->rule, x->s);
	}
}

/* commit appends the record to the log with one write under a lock: records of
 * calls that run side by side do not mix, and a torn one has no "end". */
static void commit(void)
{
	int fd = (int)sys(SYS_openat, AT_FDCWD, (long)LOG "/calls", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666, 0);
	if (fd < 0)
		die("cannot write the log", LOG "/calls", fd);
	long r;
	do
		r = sys(SYS_flock, fd, 2 /* LOCK_EX */, 0, 0, 0);
	while (r == -EINTR);
	if (r < 0)
		die("cannot lock", LOG "/calls", r);
	r = write_all(fd, record.s, record.n);
	if (r < 0)
		die("cannot write the log", LOG "/calls", r);
	close_(fd);
}

/* of_toolchain tells that a file lies in the build root, by its real path. */
static int of_toolchain(const char *path)
{
	const char *real = config.toolchain.n ? real_path(path) : 0;
	for (int i = 0; real && i < config.toolchain.n; i++)
		if (begins(real, config.toolchain.v[i]))
			return 1;
	return 0;
}

/* generated tells that an assembler source was written by a compiler: gcc and
 * clang name themselves with .ident. */
static int generated(struct bytes b)
{
	static const char *const marks[] = {".ident\t\"GCC", ".ident\t\"clang", ".ident\t\"Debian clang"};
	for (size_t i = 0; i + 20 < b.n; i++)
		if (b.p[i] == '.' && b.p[i + 1] == 'i')
			for (int k = 0; k < 3; k++)
				if (memcmp(b.p + i, marks[k], strlen(marks[k])) == 0)
					return 1;
	return 0;
}

static uint64_t decimal(const unsigned char *p, size_t n)
{
	uint64_t v = 0;
	for (; n && *p >= '0' && *p <= '9'; p++, n--)
		v = v * 10 + (uint64_t)(*p - '0');
	return v;
}

/* line_members writes the hash of each member of an ar archive. Member names
 * longer than 15 bytes stand in the member "//". Those of a thin archive are
 * files beside it. */
static void line_members(const char *path, struct bytes b)
{
	const unsigned char *names = 0;
	size_t names_n = 0;
	int thin = b.p[2] == 't';
	for (size_t at = 8; at + 60 <= b.n;) {
		const unsigned char *h = b.p + at;
		size_t size = decimal(h + 48, 10), skip = 0;
		const unsigned char *data = h + 60;
		int special = h[0] == '/' && (h[1] == ' ' || h[1] == '/' || h[1] == 'S');
		char name[4096];
		size_t n = 0;
		if (h[58] != '`' || h[59] != '\n' || ((special || !thin) && size > b.n - at - 60)) {
			line("member", "-", "damaged archive");
			return;
		}
		if (h[0] == '/' && h[1] == '/') {
			names = data;
			names_n = size;
		} else if (h[0] == '/' && h[1] >= '0' && h[1] <= '9') {
			for (size_t k = decimal(h + 1, 15); k < names_n && names[k] != '\n' && n < sizeof name - 1; k++)
				name[n++] = (char)names[k];
		} else if (h[0] == '#' && h[1] == '1' && h[2] == '/') {
			skip = decimal(h + 3, 13);
			skip = skip > size ? size : skip;
			for (size_t k = 0; k < skip && data[k] && n < sizeof name - 1; k++)
				name[n++] = (char)data[k];
		} else {
			while (n < 16 && h[n] != '/' && h[n] != ' ')
				name[n] = (char)h[n], n++;
		}
		if (n && name[n - 1] == '/')
			n--;
		name[n] = 0;
		if (!special && thin) {
			const char *dir = copy(path, (size_t)(base_name(path) - path));
			struct bytes m = map_file(*name == '/' ? name : join(dir, "", name));
			line("member", m.p ? sha256(m.p, m.n) : "-", name);
			unmap(m);
		} else if (!special) {
			line("member", sha256(data + skip, size - skip), name);
		}
		at += 60 + (thin && !special ? 0 : size + (size & 1));
	}
}

/* line_input writes one input: its role by its bytes unless role says more,
 * its hash unless it is of the toolchain or only linked against, and an archive's members. */
static void line_input(const char *role, const char *path, int rewritten)
{
	struct bytes b = {0, 0};
	if (!role && of_toolchain(path)) {
		line("in", "toolchain -", path);
		return;
	}
	if (!same(path, "-"))
		b = map_file(path);
	if (!b.p) {
		line("in", join(role ? role : "absent", " ", "-"), path);
		return;
	}
	int elf = b.n > 18 && memcmp(b.p, "\177ELF", 4) == 0;
	int type = elf ? b.p[5] == 2 ? b.p[17] : b.p[16] : 0;
	int archive = b.n >= 8 && (memcmp(b.p, "!<arch>\n", 8) == 0 || memcmp(b.p, "!<thin>\n", 8) == 0);
	int bitcode = b.n >= 4 && (memcmp(b.p, "BC\xc0\xde", 4) == 0 || memcmp(b.p, "\xde\xc0\x17\x0b", 4) == 0);
	if (role && same(role, "assembler") && generated(b))
		role = "generated-assembler";
	if (!role)
		role = archive ? "archive" : bitcode ? "object" : !elf ? "other" : type == 1 ? "object" : type == 3 ? "shared" : "executable";
	/* what is linked against is not part of the output */
	int skip = same(role, "shared") && !rewritten;
	line("in", join(role, " ", skip ? "-" : sha256(b.p, b.n)), path);
	if (archive)
		line_members(path, b);
	unmap(b);
}

/* line_output writes an output that is a regular file. */
static void line_output(const char *path)
{
	struct bytes b = map_file(same(path, "-") ? fd_path(1) : path);
	if (b.p) {
		line("out", sha256(b.p, b.n), path);
		if (b.n >= 8 && memcmp(b.p, "!<arch>\n", 8) == 0)
			line_members(path, b);
	} else {
		line("out", "-", path);
	}
	unmap(b);
}
