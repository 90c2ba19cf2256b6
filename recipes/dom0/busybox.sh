# Runs in busybox's source: one static program for the initramfs, with a link
# for each of its commands.
umask 022 # modes in $OUT are part of the result

# A static busybox in musl is a third of the size of one in glibc. musl-gcc
# does not see the kernel's headers, which are the same for every libc.
mkdir "$TMPDIR/kernel"
for d in linux asm-generic mtd; do ln -s "/usr/include/$d" "$TMPDIR/kernel/$d"; done
ln -s /usr/include/x86_64-linux-gnu/asm "$TMPDIR/kernel/asm"

# No build id, no time stamp in the banner, no build path in assertions.
export KCONFIG_NOTIMESTAMP=1

# Start from nothing, switch on what the fragment names.
make KCONFIG_ALLCONFIG="$SOURCES/busybox_config/busybox.config" allnoconfig
make busybox busybox.links \
	CC=musl-gcc HOSTCC=gcc \
	CFLAGS="$CFLAGS" \
	CPPFLAGS="$CPPFLAGS -isystem $TMPDIR/kernel -ffile-prefix-map=$PWD=." \
	LDFLAGS="$LDFLAGS -Wl,--build-id=none"

mkdir -p "$OUT/bin" "$OUT/sbin"
cp busybox "$OUT/bin/busybox"
chmod 755 "$OUT/bin/busybox"
# busybox.links lists /bin/ls, /usr/bin/cut, …: usr is folded into the root.
sed 's|^/usr/|/|' busybox.links | grep -vx /bin/busybox | while read -r link; do
	case $link in
	/bin/*) ln -s busybox "$OUT$link" ;;
	/sbin/*) ln -s ../bin/busybox "$OUT$link" ;;
	/linuxrc) ;; # only for an initrd of old
	*) echo "no place for $link" >&2; exit 1 ;;
	esac
done
