/* launch PROGRAM ARGUMENT… runs a program, and those that it runs, without
 * randomized addresses. Where the kernel does not allow that, the program runs
 * all the same: whether it was allowed is for the canary to find out. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/personality.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argc;
	personality(ADDR_NO_RANDOMIZE);
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
