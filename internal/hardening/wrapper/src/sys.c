/* The kernel, memory and text, without a C library. On x86_64 the
 * wrapper has its own entry point: starting a static glibc costs 0.3 ms, which
 * alone is 1 % of a small compile. Elsewhere (or with WITH_LIBC) the same code
 * calls the library's syscall(). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#if defined(__x86_64__) && !defined(WITH_LIBC)
#define OWN_ENTRY 1
#endif

#ifdef OWN_ENTRY
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n\thlt\n");
static inline __attribute__((always_inline)) long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long r;
	__asm__ volatile("syscall" : "=a"(r) : "0"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return r;
}
#else
#include <unistd.h>
static long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	long r = syscall(n, a, b, c, d, e, f);
	return r == -1 ? -errno : r;
}
#endif

static inline __attribute__((always_inline)) long sys(long n, long a, long b, long c, long d, long e) { return sys6(n, a, b, c, d, e, 0); }

#ifdef OWN_ENTRY
/* what the compiler calls by itself */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	char *t = to;
	const char *f = from;
	while (n--)
		*t++ = *f++;
	return to;
}
void *memset(void *to, int c, size_t n)
{
	char *t = to;
	while (n--)
		*t++ = (char)c;
	return to;
}
size_t strlen(const char *s)
{
	size_t n = 0;
	while (s[n])
		n++;
	return n;
}
int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
#else
#include <string.h>
#endif

static void leave(int status)
{
	for (;;)
		sys(SYS_exit_group, status, 0, 0, 0, 0);
}

/* die ends the call: a compile that cannot be recorded must not pass. */
static void die(const char *what, const char *name, long error)
{
	static const char head[] = "dombuild-wrapper: ";
	char number[32], *p = number + sizeof number;
	sys(SYS_write, 2, (long)head, sizeof head - 1, 0, 0);
	sys(SYS_write, 2, (long)what, (long)strlen(what), 0, 0);
	sys(SYS_write, 2, (long)" ", 1, 0, 0);
	sys(SYS_write, 2, (long)name, (long)strlen(name), 0, 0);
	*--p = '\n';
	if (error) {
		*--p = ')';
		for (error = error < 0 ? -error : error; error; error /= 10)
			*--p = (char)('0' + error % 10);
		for (const char *w = " rorre("; *w; w++)
			*--p = *w;
		*--p = ' ';
	}
	sys(SYS_write, 2, (long)p, number + sizeof number - p, 0, 0);
	leave(125);
}

static void *map_pages(size_t n, int protection, int flags, int fd)
{
#ifdef SYS_mmap
	long p = sys6(SYS_mmap, 0, (long)n, protection, flags, fd, 0);
	return p < 0 && p > -4096 ? 0 : (void *)p;
#else
	void *p = mmap(0, n, protection, flags, fd, 0);
	return p == MAP_FAILED ? 0 : p;
#endif
}

/* take returns n zeroed bytes. Nothing is given back: the process is short. */
static void *take(size_t n)
{
	static char *at;
	static size_t left;
	n = (n + 15) & ~(size_t)15;
	if (n > left) {
		size_t chunk = n > (1 << 15) ? (n + 4095) & ~(size_t)4095 : 1 << 15;
		at = map_pages(chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1);
		if (!at)
			die("no memory", "", ENOMEM);
		left = chunk;
	}
	char *p = at;
	at += n;
	left -= n;
	return p;
}

struct text {
	char *s;
	size_t n, room;
};

static void put(struct text *t, const char *s, size_t n)
{
	if (t->n + n + 1 > t->room) {
		size_t room = t->room ? t->room * 2 : 256;
		while (room < t->n + n + 1)
			room *= 2;
		char *p = take(room);
		memcpy(p, t->s, t->n);
		t->s = p;
		t->room = room;
	}
	memcpy(t->s + t->n, s, n);
	t->n += n;
	t->s[t->n] = 0;
}

static void puts_(struct text *t, const char *s) { put(t, s, strlen(s)); }

static void put_number(struct text *t, uint64_t v)
{
	char d[24], *p = d + sizeof d;
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	put(t, p, (size_t)(d + sizeof d - p));
}

static char *copy(const char *s, size_t n)
{
	char *p = take(n + 1);
	memcpy(p, s, n);
	return p;
}

static char *join(const char *a, const char *b, const char *c)
{
	size_t x = strlen(a), y = strlen(b), z = strlen(c);
	char *p = take(x + y + z + 1); /* as short as can be: a fresh page costs more than the copy */
	memcpy(p, a, x);
	memcpy(p + x, b, y);
	memcpy(p + x + y, c, z);
	return p;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static int begins(const char *s, const char *head)
{
	while (*head && *s == *head)
		s++, head++;
	return !*head;
}

static int ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);
	return n >= m && same(s + n - m, tail);
}

static const char *find(const char *s, const char *what)
{
	for (; *s; s++)
		if (begins(s, what))
			return s;
	return 0;
}

static const char *base_name(const char *s)
{
	const char *b = s;
	for (; *s; s++)
		if (*s == '/')
			b = s + 1;
	return b;
}

struct list {
	const char **v;
	int n, room;
};

static void append(struct list *l, const char *s)
{
	if (l->n + 2 > l->room) {
		int room = l->room ? l->room * 2 : 32;
		const char **v = take((size_t)room * sizeof *v);
		memcpy(v, l->v, (size_t)l->n * sizeof *v);
		l->v = v;
		l->room = room;
	}
	l->v[l->n++] = s;
	l->v[l->n] = 0;
}

static const char *lookup(char **env, const char *name)
{
	size_t n = strlen(name);
	for (; *env; env++)
		if (begins(*env, name) && (*env)[n] == '=')
			return *env + n + 1;
	return 0;
}

/* glob matches a whole text: '*' stands for any run, and, if paths is set, for
 * one without '/', where '**' stands for any run. */
static int glob(const char *p, const char *s, int paths)
{
	for (; *p; p++, s++) {
		if (*p == '*') {
			int any = !paths || p[1] == '*';
			while (*p == '*')
				p++;
			for (;; s++) {
				if (glob(p, s, paths))
					return 1;
				if (!*s || (*s == '/' && !any))
					return 0;
			}
		}
		if (!*s || (*p != *s && *p != '?') || (*p == '?' && paths && *s == '/'))
			return 0;
	}
	return !*s;
}
