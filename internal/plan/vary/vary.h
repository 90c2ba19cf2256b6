/* What the files of the preloaded library share. config.h, which the plan
 * writes, defines a name for each axis that is varied:
 *
 *   VARY_CLOCK       seconds that the wall clock runs ahead
 *   VARY_ORDER       seed of the order in which directories are read
 *   VARY_PROCESSORS  how many more processors there seem to be
 *   VARY_RELEASE     uname's release; VARY_VERSION goes with it
 *   VARY_MACHINE     uname's machine
 *
 * A file whose name is not defined is empty, so nothing is taken from the C
 * library that is not varied. The library calls the kernel itself where it can:
 * programs with an allocator of their own ask for processors before the
 * dynamic linker can be asked for anything. */
#ifndef VARY_H
#define VARY_H
#define _GNU_SOURCE
#include "config.h"
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* next is the C library's own function of a name, looked up once. */
#define next(name) ({ \
	static __typeof__(&name) found; \
	__typeof__(found) f = __atomic_load_n(&found, __ATOMIC_RELAXED); \
	if (!f) { \
		f = (__typeof__(found))dlsym(RTLD_NEXT, #name); \
		__atomic_store_n(&found, f, __ATOMIC_RELAXED); \
	} \
	f; })

#endif
