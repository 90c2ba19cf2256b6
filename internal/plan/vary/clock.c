/* A wall clock that runs ahead by VARY_CLOCK seconds. The monotonic clock
 * stays. The times of files that are written go with it: see times.c. */
#include "vary.h"
#ifdef VARY_CLOCK
#include <sys/time.h>
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long r = syscall(SYS_clock_gettime, id, ts);
	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || id == CLOCK_TAI))
		ts->tv_sec += VARY_CLOCK;
	return (int)r;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	long r = syscall(SYS_gettimeofday, tv, tz);
	if (r == 0 && tv)
		tv->tv_sec += VARY_CLOCK;
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
#endif
