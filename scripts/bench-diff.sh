#!/usr/bin/env bash
# Compare two trees, two file systems and two kernels, whole processes, beside
# diffoscope where it is installed: bench-diff.sh BINARY [CASE…]
#
# CASE is same, trees, ext4, erofs or vmlinux; all without one. The files are
# those of Debian's package of Linux, by the host's apt configuration or, if it
# is set, from the file DEB, so that contents are fixed by its version.
# Figures are of one run each: wall-clock seconds, processor seconds of the process
# and all its children, and the largest resident memory of one process.
# diffoscope reads ext4 with python3-guestfs, in a virtual machine; it has no
# reader of EROFS and compares its bytes. PEER names another program than
# diffoscope, such as none.
set -euo pipefail
bin=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- same trees ext4 erofs vmlinux
peer=${PEER:-diffoscope}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/dombuild-bench-diff-XXXXXX")
trap 'rm -rf --one-file-system "$tmp"' EXIT
for tool in dpkg-deb mkfs.ext4 tune2fs mkfs.erofs mksquashfs cpio xz readelf; do
	command -v "$tool" >/dev/null || { echo "error: there is no $tool" >&2; echo "hint: sh scripts/deps.sh tests" >&2; exit 1; }
done
[ -x /usr/bin/time ] || { echo "error: there is no /usr/bin/time" >&2; echo "hint: apt-get install time" >&2; exit 1; }

# The files: those of the package below 900 KB, sorted by path, up to 3,316 files and 258 MB.
if [ -z "${DEB:-}" ]; then
	name=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: *\(linux-image-[0-9].*\)/\1/p' | head -1)
	(cd "$tmp" && apt-get -qq -o APT::Sandbox::User=root download "$name")
	DEB=$(echo "$tmp"/linux-image-*.deb)
fi
dpkg-deb -x "$DEB" "$tmp/package"
mkdir "$tmp/a"
(cd "$tmp/package" && LC_ALL=C find lib -type f -size -900k -printf '%p\t%s\n' | LC_ALL=C sort |
	awk -F'\t' '{ sum += $2 } NR <= 3316 && sum <= 258e6 { print $1 }' | cpio -pdm --quiet "$tmp/a")
cp -a "$tmp/a" "$tmp/b"

# Ten files that differ, each by one byte of a program.
program=$(find "$tmp/package" -name '*.ko' -size +900k -size -1100k | LC_ALL=C sort | head -1)
change() { # FILE OFFSET: another byte there
	printf "$(printf '\\%03o' $((0x$(od -An -tx1 -j "$2" -N 1 "$1" | tr -d ' ') ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
text_of() { readelf -SW "$1" | sed -n 's/.* \.text  *PROGBITS  *[0-9a-f]*  *\([0-9a-f]*\) \([0-9a-f]*\) .*/\1 \2/p' | head -1; }
middle() { read -r off size <<<"$(text_of "$1")"; echo $((0x$off + 0x$size / 2)); }
pack() { (cd "$1" && find . -print | LC_ALL=C sort | cpio -o -H newc --reproducible -R 0:0 --quiet); }
for side in a b; do
	x=$tmp/$side/x
	mkdir "$x" "$tmp/cpio"
	cp "$program" "$x/p0"
	[ $side = a ] || change "$x/p0" "$(middle "$x/p0")"
	for n in 1 2 3; do cp "$x/p0" "$x/p$n"; done
	gzip -nc "$x/p0" >"$x/p.gz"
	cp "$x/p.gz" "$x/q.gz"
	cp "$x/p0" "$tmp/cpio/busybox"
	find "$tmp/cpio" -exec touch -hd @1700000000 {} +
	pack "$tmp/cpio" >"$x/c.cpio"
	gzip -nc "$x/c.cpio" >"$x/c.cpio.gz"
	rm -r "$tmp/cpio"
	mkdir "$tmp/one" "$tmp/two"
	cp "$x/p0" "$tmp/one/program"
	cp "$x/c.cpio.gz" "$tmp/two/initrd.gz"
	for n in one two; do mksquashfs "$tmp/$n" "$x/$n.squashfs" -quiet -no-progress -all-time 0 -mkfs-time 0 >/dev/null; done
	rm -r "$tmp/one" "$tmp/two"
done
cp -a "$tmp/a" "$tmp/same"
find "$tmp/a" "$tmp/b" "$tmp/same" -exec touch -hd @1700000000 {} +

run() { # PROGRAM…: "wall cpu MB exit code"
	local code=0
	/usr/bin/time -qo "$tmp/time" -f '%e %U %S %M' "$@" >"$tmp/out" 2>&1 || code=$?
	tail -1 "$tmp/time" | awk -v code=$code '{ printf "%.2f %.2f %d %d\n", $1, $2 + $3, $4 / 1024, code }'
}
versus() { # NAME LEFT RIGHT CODE
	local w c m code line
	read -r w c m code <<<"$(run "$bin" --progress quiet diff "$2" "$3")"
	[ "$code" = "$4" ] || { cat "$tmp/out" >&2; echo "error: $1: dombuild ended with $code instead of $4" >&2; exit 1; }
	line=$(printf '%-44s wall %7.2f s  cpu %7.2f s  %5d MB' "$1" "$w" "$c" "$m")
	if command -v "$peer" >/dev/null; then
		read -r tw tc tm code <<<"$(run "$peer" --no-progress --text /dev/null "$2" "$3")"
		if [ "$code" -gt 1 ] || grep -qi '^Traceback' "$tmp/out"; then
			cat "$tmp/out" >&2
			line+=$(printf '   diffoscope failed with %d' "$code")
		else
			line+=$(printf '   diffoscope: wall %7.2f s  cpu %7.2f s  %5d MB: %.0fx' "$tw" "$tc" "$tm" "$(awk "BEGIN { print $tc / $c }")")
		fi
	fi
	echo "$line"
}

files=$(find "$tmp/a" -type f | wc -l)
size=$(du -sm --apparent-size "$tmp/a" | cut -f1)
command -v "$peer" >/dev/null && echo "$("$peer" --version)" || echo "skipped: diffoscope is not installed (diffoscope-minimal, for ext4 with python3-guestfs)"
echo "$(basename "$DEB"): $files files, $size MB; load $(cut -d' ' -f1-3 /proc/loadavg)"
for case in "$@"; do
	case $case in
	same) versus "identical trees" "$tmp/a" "$tmp/same" 0 ;;
	trees) versus "trees, 10 of $files files differ" "$tmp/a" "$tmp/b" 7 ;;
	ext4)
		truncate -s 320M "$tmp/a.ext4"
		mkfs.ext4 -q -U 00000000-0000-0000-0000-000000000001 -E hash_seed=00000000-0000-0000-0000-000000000003 -d "$tmp/a" "$tmp/a.ext4"
		cp "$tmp/a.ext4" "$tmp/b.ext4"
		tune2fs -U 00000000-0000-0000-0000-000000000002 "$tmp/b.ext4" >/dev/null
		if ! ls /boot/vmlinuz-* >/dev/null 2>&1; then # a kernel for the virtual machine
			kernel=$(echo "$tmp"/package/boot/vmlinuz-*)
			export SUPERMIN_KERNEL=$kernel SUPERMIN_KERNEL_VERSION=${kernel##*/vmlinuz-} SUPERMIN_MODULES="$tmp/package/lib/modules/${kernel##*/vmlinuz-}"
			[ ! -d "$tmp/package/lib/modules" ] || depmod -b "$tmp/package" "$SUPERMIN_KERNEL_VERSION" 2>/dev/null || true
		fi
		export LIBGUESTFS_BACKEND=direct
		versus "ext4 of 320 MB, another UUID" "$tmp/a.ext4" "$tmp/b.ext4" 7
		rm "$tmp/a.ext4" "$tmp/b.ext4"
		;;
	erofs)
		# with larger modules, up to 272 MB
		mkdir "$tmp/a/more"
		find "$tmp/package" -name '*.ko' -size +900k | LC_ALL=C sort | while read -r f && [ "$(du -sm --apparent-size "$tmp/a" | cut -f1)" -lt 270 ]; do cp "$f" "$tmp/a/more"; done
		find "$tmp/a/more" -exec touch -hd @1700000000 {} +
		cp -a "$tmp/a/more" "$tmp/b/more"
		for s in a b; do mkfs.erofs -T 0 -U 00000000-0000-0000-0000-000000000002 "$tmp/$s.erofs" "$tmp/$s" >/dev/null; done
		versus "erofs of $(du -m --apparent-size "$tmp/a.erofs" | cut -f1) MB, 10 files differ" "$tmp/a.erofs" "$tmp/b.erofs" 7
		rm -r "$tmp/a.erofs" "$tmp/b.erofs" "$tmp/a/more" "$tmp/b/more"
		;;
	vmlinux)
		image=$(echo "$tmp"/package/boot/vmlinuz-*)
		at=$(grep -abo -m1 $'\xfd7zXZ' "$image" 2>/dev/null | head -1 | cut -d: -f1 || true)
		[ -n "$at" ] || at=$(LC_ALL=C grep -abo $'\xfd7zXZ' "$image" | head -1 | cut -d: -f1)
		{ tail -c +$((at + 1)) "$image" | xz -dc --single-stream 2>/dev/null || true; } >"$tmp/a.vmlinux"
		cp "$tmp/a.vmlinux" "$tmp/b.vmlinux"
		change "$tmp/b.vmlinux" "$(middle "$tmp/b.vmlinux")"
		versus "vmlinux of $(du -m --apparent-size "$tmp/a.vmlinux" | cut -f1) MB, one byte of .text" "$tmp/a.vmlinux" "$tmp/b.vmlinux" 7
		;;
	*) echo "error: there is no case $case" >&2; exit 2 ;;
	esac
done
