/* Times of files that go with the wall clock that runs ahead: what was written
 * since the step began was written by that clock. A time of the file system
 * between the beginning of the step and now is shown VARY_CLOCK seconds later;
 * one that a program sets, and that lies between these moments of the clock that
 * runs ahead, is put back. All others, such as those of unpacked sources, stay.
 * So order among files is kept, copies keep the time of what they are copied
 * from, and no file is younger than the clock.
 *
 * The step began when its /proc was mounted. */
#include "vary.h"
#if defined(VARY_CLOCK) && defined(__LP64__)
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>

/* slack is for files that another machine, or a program that has its own idea
 * of rounding, makes younger than now. */
#define SLACK 60

static int64_t begun(void)
{
	static int64_t known;
	int64_t at = __atomic_load_n(&known, __ATOMIC_RELAXED);
	if (!at) {
		struct stat st;
		int before = errno;
		at = syscall(SYS_newfstatat, AT_FDCWD, "/proc", &st, 0) == 0 ? st.st_mtim.tv_sec : INT64_MAX;
		errno = before;
		__atomic_store_n(&known, at, __ATOMIC_RELAXED);
	}
	return at;
}

/* within says whether a moment lies between the beginning of the step and now. */
static int within(int64_t sec)
{
	struct timespec now;
	return sec >= begun() && syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) == 0 && sec <= now.tv_sec + SLACK;
}

static void ahead(struct timespec *t)
{
	if (within(t->tv_sec))
		t->tv_sec += VARY_CLOCK;
}

static int shown(long r, struct stat *st)
{
	if (r == 0) {
		ahead(&st->st_atim);
		ahead(&st->st_mtim);
		ahead(&st->st_ctim);
	}
	return (int)r;
}

#define AT(dir, path, st, flags) shown(syscall(SYS_newfstatat, dir, path, st, flags), st)
#define FD(fd, st) shown(syscall(SYS_fstat, fd, st), st)

int stat(const char *restrict path, struct stat *restrict st) { return AT(AT_FDCWD, path, st, 0); }
int lstat(const char *restrict path, struct stat *restrict st) { return AT(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW); }
int fstat(int fd, struct stat *st) { return FD(fd, st); }
int fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags) { return AT(dir, path, st, flags); }

/* the same layout where a long has 64 bits */
#define SAME(st) ((struct stat *)(st))
int stat64(const char *restrict path, struct stat64 *restrict st) { return AT(AT_FDCWD, path, SAME(st), 0); }
int lstat64(const char *restrict path, struct stat64 *restrict st) { return AT(AT_FDCWD, path, SAME(st), AT_SYMLINK_NOFOLLOW); }
int fstat64(int fd, struct stat64 *st) { return FD(fd, SAME(st)); }
int fstatat64(int dir, const char *restrict path, struct stat64 *restrict st, int flags) { return AT(dir, path, SAME(st), flags); }

/* what programs call that were linked with a C library before 2.33 */
int __xstat(int v, const char *path, struct stat *st) { return (void)v, AT(AT_FDCWD, path, st, 0); }
int __lxstat(int v, const char *path, struct stat *st) { return (void)v, AT(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW); }
int __fxstat(int v, int fd, struct stat *st) { return (void)v, FD(fd, st); }
int __fxstatat(int v, int dir, const char *path, struct stat *st, int flags) { return (void)v, AT(dir, path, st, flags); }
int __xstat64(int v, const char *path, struct stat64 *st) { return (void)v, AT(AT_FDCWD, path, SAME(st), 0); }
int __lxstat64(int v, const char *path, struct stat64 *st) { return (void)v, AT(AT_FDCWD, path, SAME(st), AT_SYMLINK_NOFOLLOW); }
int __fxstat64(int v, int fd, struct stat64 *st) { return (void)v, FD(fd, SAME(st)); }
int __fxstatat64(int v, int dir, const char *path, struct stat64 *st, int flags) { return (void)v, AT(dir, path, SAME(st), flags); }

static void aheadx(struct statx_timestamp *t)
{
	if (within(t->tv_sec))
		t->tv_sec += VARY_CLOCK;
}

int statx(int dir, const char *restrict path, int flags, unsigned mask, struct statx *restrict st)
{
	long r = syscall(SYS_statx, dir, path, flags, mask, st);
	if (r == 0) {
		aheadx(&st->stx_atime);
		aheadx(&st->stx_btime);
		aheadx(&st->stx_ctime);
		aheadx(&st->stx_mtime);
	}
	return (int)r;
}

static void back(struct timespec *t)
{
	if (t->tv_nsec != UTIME_NOW && t->tv_nsec != UTIME_OMIT && within(t->tv_sec - VARY_CLOCK))
		t->tv_sec -= VARY_CLOCK;
}

static int set(int dir, const char *path, const struct timespec *at, int flags)
{
	struct timespec own[2];
	if (at) {
		own[0] = at[0];
		own[1] = at[1];
		back(&own[0]);
		back(&own[1]);
	}
	return (int)syscall(SYS_utimensat, dir, path, at ? own : NULL, flags);
}

static int setv(int dir, const char *path, const struct timeval *at, int flags)
{
	if (!at)
		return set(dir, path, NULL, flags);
	if (at[0].tv_usec < 0 || at[0].tv_usec >= 1000000 || at[1].tv_usec < 0 || at[1].tv_usec >= 1000000) {
		errno = EINVAL;
		return -1;
	}
	struct timespec own[2] = {{at[0].tv_sec, at[0].tv_usec * 1000}, {at[1].tv_sec, at[1].tv_usec * 1000}};
	return set(dir, path, own, flags);
}

int utimensat(int dir, const char *path, const struct timespec at[2], int flags)
{
	if (!path) { /* the C library refuses what the kernel takes for the directory itself */
		errno = EINVAL;
		return -1;
	}
	return set(dir, path, at, flags);
}

int futimens(int fd, const struct timespec at[2]) { return set(fd, NULL, at, 0); }
int utimes(const char *path, const struct timeval at[2]) { return setv(AT_FDCWD, path, at, 0); }
int lutimes(const char *path, const struct timeval at[2]) { return setv(AT_FDCWD, path, at, AT_SYMLINK_NOFOLLOW); }
int futimes(int fd, const struct timeval at[2]) { return setv(fd, NULL, at, 0); }
int futimesat(int dir, const char *path, const struct timeval at[2]) { return setv(dir, path, at, 0); }

int utime(const char *path, const struct utimbuf *at)
{
	if (!at)
		return set(AT_FDCWD, path, NULL, 0);
	struct timespec own[2] = {{at->actime, 0}, {at->modtime, 0}};
	return set(AT_FDCWD, path, own, 0);
}
#endif
