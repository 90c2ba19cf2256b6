# Runs in the unpacked source. The compiler and linker flags of the hardening
# profile are in CFLAGS, CPPFLAGS and LDFLAGS, where ./configure finds them.

# The build path must not reach the program (assert and debug records use it).
CFLAGS="$CFLAGS -ffile-prefix-map=$PWD=."
export CFLAGS

./configure --prefix=/usr --disable-nls --disable-dependency-tracking
# Only the program: the manual would need more tools in the toolchain.
make --eval='built: $(BUILT_SOURCES)' built
make hello
strip hello
./hello
