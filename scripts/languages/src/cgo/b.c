#include <stdio.h>

int sum(int a, int b)
{
	char text[32];

	snprintf(text, sizeof text, "%d", a + b);
	puts(text);
	return a + b;
}
