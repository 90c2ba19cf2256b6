#!/bin/sh
# Install what is missing on this machine: the container runtime, QEMU with its
# UEFI firmware for boot, and a static busybox that the tests make roots of.
set -eu
missing=
need() { # command-or-file package
	if ! command -v "$1" >/dev/null 2>&1 && [ ! -e "$1" ]; then missing="$missing $2"; fi
}
need runc runc
need qemu-system-x86_64 qemu-system-x86
need /usr/share/OVMF/OVMF_CODE_4M.fd ovmf
need busybox busybox-static
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
