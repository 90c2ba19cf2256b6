/* What programs may rely on under the preloaded library. Prints nothing when
 * all is well. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

enum { N = 3000 };
static int failed;
#define want(ok) ((ok) ? 0 : (failed = 1, printf("line %d: %s\n", __LINE__, #ok)))

static int count(DIR *d, char *first)
{
	int n = 0;
	struct dirent *e;
	errno = 42;
	while ((e = readdir(d))) {
		if (n++ == 2 && first)
			strcpy(first, e->d_name);
	}
	want(errno == 42);
	return n;
}

static void *walk(void *arg)
{
	for (int i = 0; i < 20; i++) {
		DIR *d = opendir(arg);
		want(count(d, NULL) == N + 2);
		closedir(d);
	}
	return NULL;
}

static void directories(void)
{
	char name[300], first[300], again[300];
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof name, "d/%d%.*s", i, i == 7 ? 200 : 0, "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000");
		FILE *f = fopen(name, "w");
		want(f != NULL);
		fclose(f);
	}
	DIR *d = opendir("d");
	want(telldir(d) == 0);
	want(!strcmp(readdir(d)->d_name, ".") && !strcmp(readdir(d)->d_name, ".."));
	long at = telldir(d);
	strcpy(first, readdir(d)->d_name);
	want(strcmp(first, "0") != 0);
	seekdir(d, at);
	want(!strcmp(readdir(d)->d_name, first));
	rewinddir(d);
	want(count(d, again) == N + 2 && !strcmp(first, again));
	want(readdir(d) == NULL);
	closedir(d);

	struct dirent **list, entry, *out;
	int n = scandir("d", &list, NULL, NULL);
	want(n == N + 2 && !strcmp(list[2]->d_name, first));
	n = scandir("d", &list, NULL, alphasort);
	want(n == N + 2 && !strcmp(list[2]->d_name, "0"));
	char *const one[] = {"d", NULL}, *const two[] = {"d/2", "d/1", NULL};
	FTS *f = fts_open(one, FTS_PHYSICAL, NULL);
	for (n = 0; fts_read(f); n++)
		;
	want(n == N + 2);
	fts_close(f);
	f = fts_open(two, FTS_PHYSICAL, NULL);
	want(!strcmp(fts_read(f)->fts_name, "2"));
	fts_close(f);

	/* threads, and a child that is made while they read */
	pthread_t t[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, walk, "d");
	for (int i = 0; i < 20; i++) {
		pid_t p = fork();
		if (p == 0) {
			d = opendir("d");
			_exit(count(d, NULL) != N + 2);
		}
		int status = 1;
		waitpid(p, &status, 0);
		want(status == 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);

	/* who removes while reading meets every file */
	d = opendir("d");
	n = 0;
	while (readdir_r(d, &entry, &out) == 0 && out)
		if (out->d_name[0] != '.') {
			snprintf(name, sizeof name, "d/%s", out->d_name);
			want(unlink(name) == 0);
			n++;
		}
	want(n == N);
	rewinddir(d);
	want(count(d, NULL) == 2);
	closedir(d);
	want(rmdir("d") == 0);
	errno = 0;
	d = opendir("/proc/self/fd");
	close(dirfd(d));
	want(readdir(d) == NULL && errno == EBADF);
}

static void waiting(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c = PTHREAD_COND_INITIALIZER, monotonic;
	pthread_condattr_t a;
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&monotonic, &a);
	sem_t s;
	sem_init(&s, 0, 0);
	struct timespec at, since, until;
	clock_gettime(CLOCK_MONOTONIC, &since);
	pthread_mutex_lock(&m);
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec++;
	want(pthread_cond_timedwait(&c, &m, &at) == ETIMEDOUT);
	want(sem_timedwait(&s, &at) == -1 && errno == ETIMEDOUT);
	want(pthread_mutex_timedlock(&m, &at) == ETIMEDOUT);
	want(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL) == 0);
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec++;
	want(pthread_cond_timedwait(&monotonic, &m, &at) == ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &until);
	want(until.tv_sec - since.tv_sec >= 1 && until.tv_sec - since.tv_sec < 60);
}

/* every way to ask for and to set a file's time goes with the clock, and gives
 * back what was set */
static void times(void)
{
	struct stat st, other;
	struct stat64 st64;
	struct statx stx;
	struct timespec at[2], none[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
	int fd = open("t", O_CREAT | O_RDWR, 0644);
	want(fd >= 0 && fstat(fd, &st) == 0 && labs(st.st_mtime - time(NULL)) < 60);
	time_t written = st.st_mtime;
	want(stat("t", &st) == 0 && st.st_mtime == written && st.st_ctime == written);
	want(lstat("t", &st) == 0 && st.st_mtime == written);
	want(fstatat(AT_FDCWD, "t", &st, 0) == 0 && st.st_mtime == written);
	want(stat64("t", &st64) == 0 && st64.st_mtime == written && st64.st_size == 0);
	want(statx(AT_FDCWD, "t", 0, STATX_ALL, &stx) == 0 && stx.stx_mtime.tv_sec == written && stx.stx_btime.tv_sec == written);
	errno = 0;
	want(stat("nowhere", &other) == -1 && errno == ENOENT);

	/* a moment of the clock, one long ago, one an hour ago, one of the far future */
	time_t moments[] = {time(NULL), 1000000000, time(NULL) - 400L * 24 * 3600, time(NULL) + 3L * 365 * 24 * 3600, time(NULL) + 30L * 24 * 3600};
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		time_t m = moments[i];
		struct utimbuf u = {m, m};
		struct timeval v[2] = {{m, 5}, {m, 5}};
		at[0].tv_sec = at[1].tv_sec = m;
		at[0].tv_nsec = at[1].tv_nsec = 7;
		want(utime("t", &u) == 0 && stat("t", &st) == 0 && st.st_mtime == m && st.st_atime == m);
		want(utimes("t", v) == 0 && stat("t", &st) == 0 && st.st_mtime == m && st.st_mtim.tv_nsec == 5000);
		want(lutimes("t", v) == 0 && stat("t", &st) == 0 && st.st_mtime == m);
		want(futimes(fd, v) == 0 && stat("t", &st) == 0 && st.st_mtime == m);
		want(futimens(fd, at) == 0 && stat("t", &st) == 0 && st.st_mtime == m && st.st_mtim.tv_nsec == 7);
		want(utimensat(AT_FDCWD, "t", none, 0) == 0 && stat("t", &st) == 0 && st.st_mtime == m);
		want(utimensat(AT_FDCWD, "t", at, AT_SYMLINK_NOFOLLOW) == 0 && stat("t", &st) == 0 && st.st_mtime == m);
	}
	want(utimes("t", NULL) == 0 && stat("t", &st) == 0 && labs(st.st_mtime - time(NULL)) < 60);
	struct timeval bad[2] = {{0, 1000000}, {0, 0}};
	errno = 0;
	want(utimes("t", bad) == -1 && errno == EINVAL);
	close(fd);
	want(unlink("t") == 0);
}

int main(int argc, char **argv)
{
	(void)argc;
	want(chdir(argv[1]) == 0 && mkdir("d", 0755) == 0);
	alarm(100);
	directories();
	waiting();
	times();
	cpu_set_t set;
	want(sched_getaffinity(0, sizeof set, &set) == 0);
	want(CPU_COUNT(&set) == sysconf(_SC_NPROCESSORS_ONLN) || CPU_COUNT(&set) > 3);
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	want(labs(time(NULL) - ts.tv_sec) <= 1);
	return failed;
}
