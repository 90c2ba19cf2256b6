/* pairs N OBJECT SOURCE REAL WRAPPED FLAGS...: compiles a source N times by
 * the real compiler with the flags, twice, and by the wrapped one, one after
 * another in changing order, and prints what a call with all its descendants
 * takes, in microseconds of wall clock and of processor time: the median of the
 * real one, the median difference of its two calls, which is the noise, and the
 * median difference of the wrapped one. Differences of neighbours bear a machine
 * whose speed changes, as those with other work do. */
#define _GNU_SOURCE
#include <sched.h>
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

static double median(double *t, int n)
{
	qsort(t, n, sizeof *t, compare);
	return t[n / 2] * 1e6;
}

static void print(const double *of, double *t, int n)
{
	for (int i = 0; i < n; i++) {
		t[i] = of[i];
		t[n + i] = of[n + i] - of[i];
		t[2 * n + i] = of[2 * n + i] - (of[i] + of[n + i]) / 2;
	}
	printf("%.1f %.1f %.1f\n", median(t, n), median(t + n, n), median(t + 2 * n, n));
}

int main(int argc, char **argv)
{
	int n = atoi(argv[1]);
	cpu_set_t here; /* one processor: others may be busier, and each process more is one more chance to move */
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof here, &here);
	char *wrapped[] = {argv[5], "-c", argv[3], "-o", argv[2], 0};
	char **real = calloc(argc + 8, sizeof *real);
	double *wall = calloc(9 * n, sizeof *wall), *cpu = wall + 3 * n, *t = cpu + 3 * n;
	real[0] = argv[4], real[1] = "-c", real[2] = argv[3], real[3] = "-o", real[4] = argv[2];
	for (int i = 6; i < argc; i++)
		real[i - 1] = argv[i];
	for (int i = 0; i < n; i++)
		for (int k = 0; k < 3; k++) {
			int who = (i + k) % 3;
			call(who == 2 ? wrapped : real, &wall[who * n + i], &cpu[who * n + i]);
		}
	print(wall, t, n);
	print(cpu, t, n);
}
