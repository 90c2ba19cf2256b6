#!/bin/sh
# Install what is missing on this machine: the container runtime, and QEMU with
# its UEFI firmware for boot. "deps.sh tests" also installs what the tests
# compare with: compilers, and tools that make file systems and archives.
set -eu
missing=
need() { # command-or-file package
	if ! command -v "$1" >/dev/null 2>&1 && [ ! -e "$1" ]; then missing="$missing $2"; fi
}
need runc runc
need qemu-system-x86_64 qemu-system-x86
need /usr/share/OVMF/OVMF_CODE_4M.fd ovmf
if [ "${1-}" = tests ]; then
	need busybox busybox-static
	need gcc gcc
	need g++ g++
	need make make
	need clang clang
	need ld.lld lld
	need ccache ccache
	need musl-gcc musl-tools
	need mksquashfs squashfs-tools
	need cpio cpio
	need genisoimage genisoimage
	need xorriso xorriso
	need mkfs.vfat dosfstools
	need mcopy mtools
	need sfdisk fdisk
	need mkfs.ext4 e2fsprogs
	need ar binutils
	need xz xz-utils
	need zstd zstd
	need lz4 lz4
	need bzip2 bzip2
	need zip zip
	need gpg gpg
	need minisign minisign
	need signify-openbsd signify-openbsd
	need mkfs.erofs erofs-utils
	need rpmbuild rpm
	need createrepo_c createrepo-c
	need dnf dnf
	need gpg gnupg
	need dtc device-tree-compiler
	need rustc rustc
	need cargo cargo
	need git git
	need git-lfs git-lfs
	need ssh-keygen openssh-client
	need openssl openssl
	need ssh openssh-client
	need perl perl
	need localedef libc-bin
	need hostname hostname
	need swtpm swtpm
	need softhsm2-util softhsm2
	need pkcs11-tool opensc
	need skopeo skopeo
	need podman podman
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "error: these packages are missing:$missing" >&2
	echo "hint: install them, on Debian as root: apt-get install$missing" >&2
	exit 1
fi
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing
