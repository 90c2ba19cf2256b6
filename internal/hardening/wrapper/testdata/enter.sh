# Runs a script in a copy of this machine's root whose compilers are wrapped:
# enter.sh DIR INSTALL, in a mount namespace of its own. DIR has wrapper, conf,
# script, build/ and log/; the copy lives in memory and goes with the namespace.
set -eu
dir=$1
mkdir -p "$dir/mnt"
mount -t tmpfs tmpfs "$dir/mnt"
mkdir "$dir/mnt/up" "$dir/mnt/work" "$dir/mnt/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/mnt/up,workdir=$dir/mnt/work" "$dir/mnt/root"
root=$dir/mnt/root
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/dombuild" "$root/dombuild-log" "$root${BUILD:-/build}"
cp "$dir/conf" "$root/dombuild/hardening.conf"
sh "$2" "$dir/wrapper" "$root" >"$dir/installed"
mount --bind "$dir/log" "$root/dombuild-log"
mount --bind "$dir/build" "$root${BUILD:-/build}"
cp "$dir/script" "$root/dombuild/script"
exec chroot "$root" /bin/sh -euc "cd ${BUILD:-/build} && exec sh -eu /dombuild/script"
