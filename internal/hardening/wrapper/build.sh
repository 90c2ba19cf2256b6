# Compiles the wrapper: build.sh SOURCES OUTPUT, with CC or gcc or cc. On x86_64
# and aarch64 it needs no C library. Flags for other paths than those of
# wrapper.c, for tests, come in WRAPPER_FLAGS.
set -eu
cc=${CC:-$(command -v gcc || echo cc)}
common="-std=gnu99 -O2 -s"
alone="-static -nostdlib -nostartfiles -ffreestanding -fno-pie -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-builtin -Wl,-z,noexecstack -Wl,-z,noseparate-code -Wl,--build-id=none"
case $("$cc" -dumpmachine) in
x86_64-* | aarch64-*) how=$alone ;;
*) how="-DWITH_LIBC" ;;
esac
"$cc" --version | grep -q clang || how="$how -fno-tree-loop-distribute-patterns"
# shellcheck disable=SC2086 # lists of flags
"$cc" $common $how ${WRAPPER_FLAGS-} -o "$2" "$1/wrapper.c"
