/* A clock that runs ahead by DOMBUILD_CLOCK seconds, preloaded into the steps
 * of a second build. Only the wall clock is moved; the monotonic clock, that
 * timeouts and condition variables wait on, stays. File times stay as the
 * kernel gives them, so make, which compares them with each other, is not
 * disturbed; they lie behind the clock, so nothing seems to come from the
 * future. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead = -1;

static long offset(void)
{
	if (ahead < 0) {
		const char *s = getenv("DOMBUILD_CLOCK");
		ahead = s ? atol(s) : 0;
	}
	return ahead;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long r = syscall(SYS_clock_gettime, id, ts);
	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || id == CLOCK_TAI))
		ts->tv_sec += offset();
	return (int)r;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	long r = syscall(SYS_gettimeofday, tv, tz);
	if (r == 0 && tv)
		tv->tv_sec += offset();
	return (int)r;
}

time_t time(time_t *t)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

int timespec_get(struct timespec *ts, int base)
{
	if (base != TIME_UTC || clock_gettime(CLOCK_REALTIME, ts) != 0)
		return 0;
	return base;
}
