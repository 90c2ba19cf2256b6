# Packs Xen, its configuration, the dom0 kernel and the initramfs into one EFI
# program: $OUT/$IMAGE.efi. Firmware measures it as a whole, so nothing that
# boots is left out of the measurement.
#
# environment: INPUTS OUT IMAGE PACKAGES HYPERVISOR_OPTIONS KERNEL_OPTIONS
# inputs:      boot/xen.efi and boot/vmlinuz of one package each,
#              initramfs/initramfs.cpio.gz
umask 022

# boot_file NAME prints where the one package that has boot/NAME keeps it.
boot_file() {
	found=
	for p in $PACKAGES; do
		[ -e "$INPUTS/$p/boot/$1" ] || continue
		[ -z "$found" ] || { echo "error: boot/$1 is in package $found and in package $p" >&2; return 1; }
		found=$p
	done
	[ -n "$found" ] || { echo "error: no package of the image has boot/$1" >&2; return 1; }
	echo "$INPUTS/$found/boot/$1"
}

xen=$(boot_file xen.efi)
kernel=$(boot_file vmlinuz)
initramfs=$INPUTS/initramfs/initramfs.cpio.gz

# The word after kernel= is a file name that Xen does not use for a section.
cat > "$TMPDIR/xen.cfg" <<EOF
[global]
default=$IMAGE

[$IMAGE]
options=$HYPERVISOR_OPTIONS
kernel=vmlinuz $KERNEL_OPTIONS
EOF

# Sections go behind the last one that Xen has, each on its own 2 MiB page.
# (perl: addresses of Xen do not fit the shell's signed arithmetic.)
objdump -h "$xen" | perl -e '
	my $end = 0;
	while (<STDIN>) {
		my ($size, $at) = /^ *\d+ \S+ +([0-9a-f]{8,16}) +([0-9a-f]{16}) / or next;
		my $e = hex($at) + hex($size);
		$end = $e if $e > $end;
	}
	die "error: no sections in xen.efi\n" unless $end;
	for (@ARGV) {
		my ($name, $file) = split /=/, $_, 2;
		$end = ($end + 0x1fffff) & ~0x1fffff;
		printf "--add-section %s=%s --set-section-flags %s=alloc,load,readonly,data --change-section-vma %s=0x%x\n",
			$name, $file, $name, $name, $end;
		$end += -s $file;
	}' ".config=$TMPDIR/xen.cfg" ".kernel=$kernel" ".ramdisk=$initramfs" > "$TMPDIR/sections"

# -p: without it objcopy writes the time of day into the header.
objcopy -p $(cat "$TMPDIR/sections") "$xen" "$OUT/$IMAGE.efi"
chmod 644 "$OUT/$IMAGE.efi"
