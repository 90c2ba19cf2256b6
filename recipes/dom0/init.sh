# Runs in a copy of files/: process 1, two account files, and the directories
# that others are mounted on.
umask 022 # modes in $OUT are part of the result

install -m 755 init "$OUT/init"

mkdir -p "$OUT/etc/xen"
install -m 644 etc/passwd etc/group etc/hostname "$OUT/etc/"
install -m 644 etc/xen/xl.conf "$OUT/etc/xen/"

cd "$OUT"
mkdir -p dev proc run sys root tmp var/lib/xen var/lib/xenstored var/log/xen
ln -s ../run var/run
chmod 1777 tmp
