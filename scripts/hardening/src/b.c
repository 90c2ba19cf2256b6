#ifdef __STDC_HOSTED__
#include <string.h>
#endif

int b(const char *s);

int b(const char *s)
{
	char copy[4096];
	strncpy(copy, s, sizeof copy - 1);
	copy[sizeof copy - 1] = 0;
	return copy[0] ? (int)strlen(copy) : 0;
}
