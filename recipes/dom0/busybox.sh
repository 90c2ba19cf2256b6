# Runs in busybox's source: one static program for the initramfs, with a link
# for each of its commands.
umask 022 # modes in $OUT are part of the result

# A static busybox in musl is a third of the size of one in glibc. musl-gcc
# does not see the kernel's headers, which are the same for every libc.
mkdir "$TMPDIR/kernel"
for d in linux asm-generic mtd; do ln -s "/usr/include/$d" "$TMPDIR/kernel/$d"; done
ln -s /usr/include/x86_64-linux-gnu/asm "$TMPDIR/kernel/asm"

# No time stamp in the banner.
export KCONFIG_NOTIMESTAMP=1

# What the fragment does not name is off: take the defaults once to see every
# option, then drop those that nobody asked for. (busybox's allnoconfig does
# not read KCONFIG_ALLCONFIG.)
fragment="$SOURCES/busybox_config/busybox.config"
cp "$fragment" .config
yes '' | make oldconfig > "$TMPDIR/oldconfig.log"
awk -F= 'NR == FNR { asked[$1] = 1; next }
	/=y$/ && !($1 in asked) { print "# " $1 " is not set"; next }
	{ print }' "$fragment" .config > "$TMPDIR/config"
cp "$TMPDIR/config" .config
yes '' | make oldconfig > "$TMPDIR/oldconfig.log"

# The makefile adds to these, so they must come from the environment.
export CPPFLAGS="$CPPFLAGS -isystem $TMPDIR/kernel"
# A static program that is position independent: musl's start file for that
# relocates the program itself; musl-gcc knows only of the other kinds.
export CFLAGS_busybox="-nostartfiles /usr/lib/x86_64-linux-musl/rcrt1.o -Wl,-pie,--no-dynamic-linker,-z,text"
make busybox busybox.links CC=musl-gcc HOSTCC=gcc

mkdir -p "$OUT/bin" "$OUT/sbin" "$OUT/boot"
cp .config "$OUT/boot/config-busybox"
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
