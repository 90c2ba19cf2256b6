# Run by /bin/sh -eu. CPPFLAGS, CFLAGS and LDFLAGS are those of the hardening profile.
mkdir -p "$OUT/usr/bin"
gcc $CPPFLAGS $CFLAGS $LDFLAGS -o "$OUT/usr/bin/hello" hello.c
