/* pairs N OBJECT SOURCE REAL WRAPPED FLAGS...: compiles a source N times by
 * each of two compilers in turn, the first with the flags, and prints for each
 * the median and the least wall clock and processor time of a call with all its
 * descendants, in microseconds. Medians of calls that take turns bear other
 * work on the machine. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void call(char **argv, double *wall, double *cpu)
{
	struct timespec from, to;
	struct rusage r;
	pid_t pid;
	int st;
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (posix_spawn(&pid, argv[0], 0, 0, argv, environ) != 0 || wait4(pid, &st, 0, &r) != pid || st != 0)
		exit(1);
	clock_gettime(CLOCK_MONOTONIC, &to);
	*wall = to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9;
	*cpu = seconds(r.ru_utime) + seconds(r.ru_stime);
}

int main(int argc, char **argv)
{
	int n = atoi(argv[1]);
	char *wrapped[] = {argv[5], "-c", argv[3], "-o", argv[2], 0};
	char **real = calloc(argc + 8, sizeof *real);
	double *t = calloc(4 * n, sizeof *t);
	real[0] = argv[4], real[1] = "-c", real[2] = argv[3], real[3] = "-o", real[4] = argv[2];
	for (int i = 6; i < argc; i++)
		real[i - 1] = argv[i];
	for (int i = 0; i < n; i++) {
		call(real, &t[i], &t[n + i]);
		call(wrapped, &t[2 * n + i], &t[3 * n + i]);
	}
	for (int i = 0; i < 4; i++) {
		qsort(t + i * n, n, sizeof *t, compare);
		printf("%.1f %.1f\n", t[i * n + n / 2] * 1e6, t[i * n] * 1e6);
	}
}
