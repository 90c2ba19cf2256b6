/* More processors than there are. Whoever asks for the set of those that it may
 * run on gets the real ones and VARY_PROCESSORS more. */
#include "vary.h"
#ifdef VARY_PROCESSORS
#include <sched.h>
#include <string.h>
#include <sys/types.h>

extern long __sysconf(int name);

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	long r = syscall(SYS_sched_getaffinity, pid, size, set);
	if (r < 0)
		return -1;
	memset((char *)set + r, 0, size - (size_t)r);
	int more = VARY_PROCESSORS;
	for (size_t cpu = 0; more > 0 && cpu < size * 8; cpu++)
		if (!CPU_ISSET_S(cpu, size, set)) {
			CPU_SET_S(cpu, size, set);
			more--;
		}
	return 0;
}

long sysconf(int name)
{
	long n = __sysconf(name);
	if (n > 0 && (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF))
		n += VARY_PROCESSORS;
	return n;
}

int get_nprocs(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

int get_nprocs_conf(void) { return (int)sysconf(_SC_NPROCESSORS_CONF); }
#endif
