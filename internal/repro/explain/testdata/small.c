/* small.elf, the seed of FuzzELF, was made of this by gcc 12:
 * gcc -O1 -g -gdwarf-5 -nostdlib -static -Wl,-z,max-page-size=16,-z,noseparate-code -fno-asynchronous-unwind-tables
 *     -fdebug-prefix-map=$PWD=/build/a -o small.elf small.c
 */
int table[4] = {1, 2, 3};
const char *where = "/build/a/small.c";
int answer(int a) { return table[a & 3] + 42; }
int _start(int a) { return answer(a) * 2; }
