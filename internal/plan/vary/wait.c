/* Whoever waits until a moment of the wall clock that runs ahead names a moment
 * that the kernel's clock reaches years later. Such a moment is put back; one
 * of the monotonic clock, which counts from the start of the machine, is far
 * smaller and stays. */
#include "vary.h"
#ifdef VARY_CLOCK
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static const struct timespec *real(const struct timespec *at, struct timespec *own)
{
	struct timespec now;
	if (!at || syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) != 0 || at->tv_sec < now.tv_sec + VARY_CLOCK / 2)
		return at;
	*own = *at;
	own->tv_sec -= VARY_CLOCK;
	return own;
}

int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, const struct timespec *restrict at)
{
	struct timespec own;
	return next(pthread_cond_timedwait)(c, m, real(at, &own));
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict at)
{
	struct timespec own;
	return next(pthread_mutex_timedlock)(m, real(at, &own));
}

int sem_timedwait(sem_t *restrict s, const struct timespec *restrict at)
{
	struct timespec own;
	return next(sem_timedwait)(s, real(at, &own));
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *at, struct timespec *left)
{
	struct timespec own;
	return next(clock_nanosleep)(id, flags, flags & TIMER_ABSTIME ? real(at, &own) : at, left);
}
#endif
