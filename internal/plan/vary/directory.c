/* Directories are read in another order: the whole directory is taken when its
 * first entry is asked for, and given out by a hash of seed and name. Equal
 * names come in equal order whatever the file system does, "." and ".." first.
 *
 * What the C library reads for itself (glob, ftw) does not come by here; scandir
 * without an order of its own and fts do. */
#include "vary.h"
#if defined(VARY_ORDER) && __SIZEOF_POINTER__ == 8
#include <dirent.h>
#include <fts.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* On 64-bit machines dirent and dirent64 are the same. */
struct entry {
	uint64_t key;
	struct dirent *d;
};

/* A directory that is being read. */
struct reading {
	struct reading *next;
	DIR *dir;
	struct entry *list;
	size_t n, at;
};

static struct reading *all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void hold(void) { pthread_mutex_lock(&lock); }
static void release(void) { pthread_mutex_unlock(&lock); }
__attribute__((constructor)) static void at_fork(void) { pthread_atfork(hold, release, release); }

/* FNV-1a, then a mixing step, so that names that differ in their last letter
 * do not stay neighbours. */
static uint64_t key(const char *name)
{
	if (!strcmp(name, "."))
		return 0;
	if (!strcmp(name, ".."))
		return 1;
	uint64_t h = 14695981039346656037u ^ ((uint64_t)VARY_ORDER * 0x9e3779b97f4a7c15u);
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9u;
	return (h ^ (h >> 32)) | 2;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return strcmp(x->d->d_name, y->d->d_name);
}

static struct reading *find(DIR *dir)
{
	struct reading *r;
	hold();
	for (r = all; r && r->dir != dir; r = r->next)
		;
	release();
	return r;
}

static void drop(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->list[i].d);
	free(r->list);
	free(r);
}

/* forget what was read of a directory. */
static void forget(DIR *dir)
{
	struct reading *r, **p;
	hold();
	for (p = &all; *p && (*p)->dir != dir; p = &(*p)->next)
		;
	if ((r = *p))
		*p = r->next;
	release();
	if (r)
		drop(r);
}

/* begin takes the whole directory, or returns NULL with errno. */
static struct reading *begin(DIR *dir)
{
	struct reading *r = calloc(1, sizeof *r);
	size_t room = 0;
	if (!r)
		return NULL;
	r->dir = dir;
	for (;;) {
		errno = 0;
		struct dirent *d = next(readdir)(dir);
		if (!d)
			break;
		if (r->n == room) {
			room = room ? 2 * room : 64;
			struct entry *more = realloc(r->list, room * sizeof *more);
			if (!more)
				break;
			r->list = more;
		}
		/* as much as the kernel gave; the structure's own size is what readers may copy */
		size_t size = d->d_reclen > sizeof *d ? d->d_reclen : sizeof *d;
		struct dirent *copy = calloc(1, size);
		if (!copy)
			break;
		memcpy(copy, d, d->d_reclen);
		r->list[r->n++] = (struct entry){key(d->d_name), copy};
	}
	if (errno) {
		int e = errno;
		drop(r);
		errno = e;
		return NULL;
	}
	qsort(r->list, r->n, sizeof *r->list, by_key);
	hold();
	r->next = all;
	all = r;
	release();
	return r;
}

/* What POSIX says: errno is not changed at the end of the directory. */
struct dirent *readdir(DIR *dir)
{
	int before = errno;
	struct reading *r = find(dir);
	if (!r && !(r = begin(dir)))
		return NULL;
	errno = before;
	return r->at < r->n ? r->list[r->at++].d : NULL;
}

struct dirent64 *readdir64(DIR *dir) { return (struct dirent64 *)readdir(dir); }

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
int readdir_r(DIR *restrict dir, struct dirent *restrict e, struct dirent **restrict out)
{
	errno = 0;
	struct dirent *d = readdir(dir);
	*out = NULL;
	if (!d)
		return errno;
	memcpy(e, d, d->d_reclen < sizeof *e ? d->d_reclen : sizeof *e);
	*out = e;
	return 0;
}

int readdir64_r(DIR *restrict dir, struct dirent64 *restrict e, struct dirent64 **restrict out)
{
	return readdir_r(dir, (struct dirent *)e, (struct dirent **)out);
}

int closedir(DIR *dir)
{
	forget(dir);
	return next(closedir)(dir);
}

void rewinddir(DIR *dir)
{
	forget(dir);
	next(rewinddir)(dir);
}

/* Places in a directory are those in the order that is given out. */
long telldir(DIR *dir)
{
	struct reading *r = find(dir);
	return r ? (long)r->at : 0;
}

void seekdir(DIR *dir, long at)
{
	struct reading *r = find(dir);
	if (!r)
		r = begin(dir);
	if (r && at >= 0)
		r->at = (size_t)at < r->n ? (size_t)at : r->n;
}

static int scan_order(const struct dirent **a, const struct dirent **b)
{
	struct entry x = {key((*a)->d_name), (struct dirent *)*a}, y = {key((*b)->d_name), (struct dirent *)*b};
	return by_key(&x, &y);
}

typedef int compare(const struct dirent **, const struct dirent **);

int scandir(const char *restrict name, struct dirent ***restrict list, int (*want)(const struct dirent *), compare *order)
{
	return next(scandir)(name, list, want, order ? order : scan_order);
}

int scandir64(const char *restrict name, struct dirent64 ***restrict list, int (*want)(const struct dirent64 *),
	int (*order)(const struct dirent64 **, const struct dirent64 **))
{
	return scandir(name, (struct dirent ***)list, (int (*)(const struct dirent *))want, (compare *)order);
}

int scandirat(int fd, const char *restrict name, struct dirent ***restrict list, int (*want)(const struct dirent *), compare *order)
{
	return next(scandirat)(fd, name, list, want, order ? order : scan_order);
}

static int fts_order(const FTSENT **a, const FTSENT **b)
{
	uint64_t x = key((*a)->fts_name), y = key((*b)->fts_name);
	return x != y ? x < y ? -1 : 1 : strcmp((*a)->fts_name, (*b)->fts_name);
}

/* An order applies to the paths themselves as well: several keep theirs. */
FTS *fts_open(char *const *paths, int options, int (*order)(const FTSENT **, const FTSENT **))
{
	if (!order && paths[0] && !paths[1])
		order = fts_order;
	return next(fts_open)(paths, options, order);
}
#endif
