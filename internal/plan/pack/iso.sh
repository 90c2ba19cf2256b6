# Packs Xen, the dom0 kernel and the initramfs into an ISO image that boots
# through GRUB, from CD or from a USB stick, by BIOS or by UEFI:
# $OUT/$IMAGE.iso.
#
# environment: INPUTS OUT IMAGE PACKAGES HYPERVISOR_OPTIONS KERNEL_OPTIONS SOURCE_DATE_EPOCH
# inputs:      boot/xen.gz and boot/vmlinuz of one package each,
#              initramfs/initramfs.cpio.gz
umask 022
export TZ=UTC # FAT and ISO 9660 keep local time
grub=/usr/lib/grub

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

case "$HYPERVISOR_OPTIONS $KERNEL_OPTIONS" in
*[\"\'\\\$\;\|\&\<\>{}\#]*)
	echo "error: options of the image hold a character that has a meaning in grub.cfg" >&2
	exit 1
	;;
esac

# --- what is on the disk
iso=$TMPDIR/iso
mkdir -p "$iso/boot/grub"
cp "$(boot_file xen.gz)" "$iso/boot/xen.gz"
cp "$(boot_file vmlinuz)" "$iso/boot/vmlinuz"
cp "$INPUTS/initramfs/initramfs.cpio.gz" "$iso/boot/initramfs.cpio.gz"
cat > "$iso/boot/grub/grub.cfg" <<EOF
set timeout=0
serial --unit=0 --speed=115200
terminal_output console serial
menuentry "$IMAGE" {
	multiboot2 /boot/xen.gz $HYPERVISOR_OPTIONS
	module2 /boot/vmlinuz $KERNEL_OPTIONS
	module2 --nounzip /boot/initramfs.cpio.gz
}
EOF

# A name that no other disk has, by which GRUB finds this one.
id=$(cat "$iso"/boot/xen.gz "$iso"/boot/vmlinuz "$iso"/boot/initramfs.cpio.gz "$iso"/boot/grub/grub.cfg | sha256sum | cut -c1-32)
: > "$iso/boot/$id"

# --- GRUB, once for each firmware, with all its modules inside
cat > "$TMPDIR/early.cfg" <<EOF
search --no-floppy --file --set=root /boot/$id
set prefix=(\$root)/boot/grub
EOF
modules="normal search search_fs_file iso9660 part_gpt part_msdos fat multiboot2 gzio serial terminal boot echo test"

grub-mkimage -O i386-pc -p /boot/grub -c "$TMPDIR/early.cfg" -o "$TMPDIR/core.img" biosdisk $modules
cat "$grub/i386-pc/cdboot.img" "$TMPDIR/core.img" > "$iso/boot/grub/bios.img"

mkdir -p "$TMPDIR/efi"
grub-mkimage -O x86_64-efi -p /boot/grub -c "$TMPDIR/early.cfg" -o "$TMPDIR/efi/BOOTX64.EFI" $modules

# --- the EFI system partition: a FAT file system with one file
touch -d "@$SOURCE_DATE_EPOCH" "$TMPDIR/efi/BOOTX64.EFI"
kib=$(( ($(stat -c %s "$TMPDIR/efi/BOOTX64.EFI") + 1023) / 1024 + 256 ))
kib=$(( (kib + 31) / 32 * 32 ))
fat=$TMPDIR/efi.img
truncate -s "${kib}K" "$fat"
mformat -i "$fat" -T $((kib * 2)) -h 2 -s 32 -N "$(echo "$id" | cut -c1-8)" -v EFI ::
mmd -i "$fat" ::/EFI ::/EFI/BOOT
mcopy -m -i "$fat" "$TMPDIR/efi/BOOTX64.EFI" ::/EFI/BOOT/BOOTX64.EFI

# --- the disk
guid=$(echo "$id" | sed 's/^\(.\{8\}\)\(....\).\(...\).\(...\)\(.*\)$/\1-\2-4\3-8\4-\5/')
find "$iso" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
xorriso -as mkisofs -quiet -o "$OUT/$IMAGE.iso" \
	-V "$(echo "$IMAGE" | tr a-z A-Z | tr -c 'A-Z0-9_\n' _ | cut -c1-32)" \
	-r -iso-level 3 \
	--modification-date="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S00)" \
	--set_all_file_dates "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S00)" \
	--gpt_disk_guid "$guid" \
	--grub2-mbr "$grub/i386-pc/boot_hybrid.img" \
	-c boot/boot.cat \
	-b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
	-append_partition 2 0xef "$fat" -appended_part_as_gpt \
	-eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
	"$iso"
chmod 644 "$OUT/$IMAGE.iso"
