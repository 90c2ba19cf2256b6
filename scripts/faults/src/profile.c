#include <time.h>

int main(void)
{
	volatile long n = 0;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	for (long i = 0; i < now.tv_nsec / 1000; i++)
		n++;
	return 0;
}
