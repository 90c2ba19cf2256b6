# Compiles the wrapper: build.sh SOURCES OUTPUT, with CC or gcc or cc. On x86_64
# it needs no C library; elsewhere it is linked statically if that works. More
# flags, such as for other paths than those of wrapper.c, come in WRAPPER_FLAGS.
set -eu
cc=${CC:-$(command -v gcc || echo cc)}
alone="-static -nostdlib -nostartfiles -ffreestanding -fno-pie -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-builtin -Wl,-z,noexecstack -Wl,-z,noseparate-code -Wl,--build-id=none"
"$cc" --version | grep -q clang || alone="$alone -fno-tree-loop-distribute-patterns"

compile() {
	# shellcheck disable=SC2086 # lists of flags
	"$cc" -std=gnu99 -O2 -s $1 ${WRAPPER_FLAGS-} -o "$3" "$2/wrapper.c"
}

case $("$cc" -dumpmachine) in
x86_64-*) compile "$alone" "$1" "$2" ;;
*) compile "-DWITH_LIBC -static" "$1" "$2" 2>/dev/null || compile -DWITH_LIBC "$1" "$2" ;;
esac
