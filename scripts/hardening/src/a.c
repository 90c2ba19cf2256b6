#include <stdio.h>
#include <stdlib.h>

int b(const char *s);

int main(int argc, char **argv)
{
#ifdef MKTEMP
	char name[] = "/tmp/XXXXXX";
	puts(mktemp(name));
#endif
	printf("%d\n", b(argv[argc - 1]));
	return 0;
}
