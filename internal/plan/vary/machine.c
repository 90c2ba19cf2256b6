/* Another kernel, and if asked for another machine, in uname. What is read from
 * /proc stays. */
#include "vary.h"
#if defined(VARY_RELEASE) || defined(VARY_MACHINE)
#include <string.h>
#include <sys/utsname.h>

int uname(struct utsname *u)
{
	long r = syscall(SYS_uname, u);
	if (r != 0)
		return (int)r;
#ifdef VARY_RELEASE
	memset(u->release, 0, sizeof u->release);
	memset(u->version, 0, sizeof u->version);
	strncpy(u->release, VARY_RELEASE, sizeof u->release - 1);
	strncpy(u->version, VARY_VERSION, sizeof u->version - 1);
#endif
#ifdef VARY_MACHINE
	memset(u->machine, 0, sizeof u->machine);
	strncpy(u->machine, VARY_MACHINE, sizeof u->machine - 1);
#endif
	return 0;
}
#endif
