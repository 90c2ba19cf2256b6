# Runs in the unpacked source. The compiler and linker flags of the hardening
# profile are in CFLAGS, CPPFLAGS and LDFLAGS, where ./configure finds them.

./configure --prefix=/usr --disable-nls --disable-dependency-tracking

# The manual and the man page are not shipped: no tools for them in the toolchain.
make MAKEINFO=true HELP2MAN=true

strip hello
./hello
