#!/usr/bin/env bash
# Whole-process comparisons, as ratios within one run: bench.sh BINARY [TIMES]
#
# Needs a Debian mirror, and root for what it compares with. What cannot be
# compared here is said in a line that begins with "skipped". Each figure is
# the least of TIMES runs (default 3), first ours and then theirs in turn, as
# wall-clock and as processor seconds (of the process and all its children);
# on a machine that does other work too only the latter mean something.
set -euo pipefail
bin=$(realpath "$1")
times=${2:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/dombuild-bench-XXXXXX")
clean() {
	for m in proc dev; do umount "$tmp/chroot/$m" 2>/dev/null || true; done
	rm -rf --one-file-system "$tmp"
}
trap clean EXIT
export DOMBUILD_STORE=$tmp/store XDG_CONFIG_HOME=${XDG_CONFIG_HOME:-$HOME/.config}
run() { timeout 600 "$bin" -C "$tmp/recipe" --progress quiet "$@"; }

# measure NAME COMMAND…: keep the least wall-clock and processor seconds.
declare -A wall cpu
measure() {
	local name=$1 w u s
	shift
	TIMEFORMAT='%R %U %S'
	{ time "$@" >"$tmp/measured" 2>&1; } 2>"$tmp/time" || { cat "$tmp/measured" >&2; echo "error: $name: $*" >&2; exit 1; }
	read -r w u s <"$tmp/time"
	keep "$name" "$w" "$(awk "BEGIN { print $u + $s }")"
}
keep() { # NAME WALL CPU
	wall[$1]=$(awk -v a="${wall[$1]:-1e9}" -v b="$2" 'BEGIN { printf "%.2f", a < b ? a : b }')
	cpu[$1]=$(awk -v a="${cpu[$1]:-1e9}" -v b="$3" 'BEGIN { printf "%.2f", a < b ? a : b }')
}
# report WHAT OURS THEIRS: one line; ratios are theirs through ours, or with
# the last argument "overhead" ours through theirs.
report() {
	awk -v what="$1" -v ow="${wall[$2]}" -v oc="${cpu[$2]}" -v tw="${wall[$3]}" -v tc="${cpu[$3]}" -v over="${4:-}" 'BEGIN {
		if (over) { rw = ow / tw; rc = oc / tc } else { rw = tw / ow; rc = tc / oc }
		printf "%-44s wall %7.2f s against %7.2f s: %5.2fx   cpu %7.2f s against %7.2f s: %5.2fx\n", what, ow, tw, rw, oc, tc, rc }'
}

echo "load $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors, $(uname -sr), $("$bin" version)"

# A recipe of its own: one toolchain, a package that does nothing, and one
# that configures and compiles GNU hello, which starts thousands of processes.
mkdir -p "$tmp/recipe/keys"
cp "$here/recipes/hello/keys/debian-archive.gpg" "$tmp/recipe/keys/"
cat >"$tmp/recipe/recipe.hcl" <<'HCL'
recipe "bench" {
  source_date_epoch = 1735689600
  jobs              = 2
}
variable "run" { default = "0" }
distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian-archive.gpg"
}
toolchain "c" {
  from     = distribution.debian
  packages = ["gcc", "libc6-dev", "make"]
}
source "hello" {
  dsc {
    from = distribution.debian
    name = "hello"
  }
}
package "nothing" {
  toolchain = toolchain.c
  script    = "echo > \"$OUT/ok\""
  outputs   = ["ok"]
}
package "compile" {
  toolchain   = toolchain.c
  source      = source.hello
  hardening   = "freestanding"
  environment = { RUN = var.run }
  script      = file("compile.sh")
  outputs     = ["hello", "times"]
}
HCL
cat >"$tmp/recipe/compile.sh" <<'SH'
CFLAGS=-O2 ./configure --disable-nls --disable-dependency-tracking
make MAKEINFO=true HELP2MAN=true
cp hello "$OUT/hello"
times >"$OUT/times"
SH
run lock
measure fetch run fetch
echo "pins: $(run fetch)"

# --- fetch, against curl of the same files (pins, and what proves them) that verifies nothing
base=$({ run doctor --json 2>/dev/null || true; } | sed -n 's/.*"detail": "\(.*\) answers for the suite.*/\1/p')
lock=$tmp/recipe/bench.lock.hcl
{
	sed -n 's/^ *\(filename\|path\) *= "\(.*\)"/\2/p' "$lock"
	awk '/^ *index "/ { path = $2; gsub(/"/, "", path); sub(/[^\/]*$/, "", path) }
		/^ *digest *= / && path { gsub(/"|sha256:/, "", $3); print "dists/bookworm/" path "by-hash/SHA256/" $3; path = "" }' "$lock"
	echo dists/bookworm/InRelease
} | sort -u >"$tmp/paths"
if command -v curl >/dev/null && [ -n "$base" ]; then
	sed "s|.*|url = \"$base/&\"\nremote-name|" "$tmp/paths" >"$tmp/curl.conf"
	curl_all() { rm -rf "$tmp/curl" && mkdir "$tmp/curl" && (cd "$tmp/curl" && curl -sfL --parallel --parallel-max 8 -K "$tmp/curl.conf"); }
	fetch_all() { rm -rf "$tmp/again" && run --store "$tmp/again" fetch; }
	for _ in $(seq "$times"); do measure fetch fetch_all; measure curl curl_all; done
	report "fetch and verify, against curl" fetch curl
else
	echo "skipped: fetch against curl: no curl, or no mirror that answers"
fi

# --- store verify, against sha256sum of the same files
sums() { find "$DOMBUILD_STORE/blobs" -type f -print0 | xargs -0 sha256sum; }
for _ in $(seq "$times"); do measure verify run store verify; measure sha256sum sums; done
report "store verify, against sha256sum" verify sha256sum

# --- harden, against hardening-check and checksec over the same programs
mkdir "$tmp/programs"
find /usr/bin -maxdepth 1 -type f -size +8k | sort | while read -r f; do
	[ "$(head -c 4 "$f" | tail -c 3)" = ELF ] && cp "$f" "$tmp/programs/"
	[ "$(find "$tmp/programs" -type f | wc -l)" -lt 200 ] || break
done
judge() { "$bin" --progress quiet harden "$tmp/programs" || [ $? = 8 ]; }
checker() { for f in "$tmp"/programs/*; do hardening-check --nocfprotection "$f" || true; done; }
checked() { for f in "$tmp"/programs/*; do checksec --file="$f" || true; done; }
for _ in $(seq "$times"); do measure harden judge; done
if command -v hardening-check >/dev/null; then measure checker checker && report "harden 200 programs, against hardening-check" harden checker; else echo "skipped: harden against hardening-check: it is not installed (devscripts)"; fi
if command -v checksec >/dev/null; then measure checksec checked && report "harden 200 programs, against checksec" harden checksec; else echo "skipped: harden against checksec: it is not installed"; fi

# --- toolchain root until a step can run in it, against mmdebstrap
# The whole process: engine start, probe, unpacking into the store, and the
# engine's snapshot, in which a first command runs.
root() { rm -rf --one-file-system "$tmp/fresh" && cp -a "$tmp/fetched" "$tmp/fresh" && sync "$tmp/fresh"; }
cold() { run --store "$tmp/fresh" build -o "$tmp/out" package.nothing; }
cp -a "$DOMBUILD_STORE" "$tmp/fetched"
for _ in $(seq "$times"); do root; measure root cold; done
if command -v mmdebstrap >/dev/null && command -v dpkg-scanpackages >/dev/null && [ "$(id -u)" = 0 ]; then
	mkdir "$tmp/repo"
	awk '$1 == "filename" { gsub(/"/, "", $3); f = $3 } $1 == "digest" && f { gsub(/"|sha256:/, "", $3); print $3, f; f = "" }' "$lock" |
		while read -r hex file; do cp "$DOMBUILD_STORE/blobs/sha256/$hex" "$tmp/repo/${file##*/}"; done
	(cd "$tmp/repo" && dpkg-scanpackages -m . >Packages 2>/dev/null)
	names=$(sed -n 's/^Package: //p' "$tmp/repo/Packages" | paste -sd,)
	bootstrap() { # VARIANT
		rm -rf --one-file-system "$tmp/mm"
		timeout 600 mmdebstrap --quiet --mode=root --variant="$1" --include="$names" bookworm "$tmp/mm" "deb [trusted=yes] copy:$tmp/repo ./"
	}
	for _ in $(seq "$times"); do measure extract bootstrap extract; measure configured bootstrap custom; done
	report "toolchain root, against mmdebstrap" root configured
	report "  … which only unpacks (variant extract)" root extract
else
	echo "skipped: toolchain root against mmdebstrap: it, dpkg-scanpackages, or root is missing"
	echo "toolchain root: wall ${wall[root]} s, cpu ${cpu[root]} s"
fi

# --- unchanged build, whole process
run build -o "$tmp/out" package.compile >/dev/null
for _ in $(seq "$times"); do measure unchanged run build -o "$tmp/out" package.compile; done
echo "unchanged build, whole process                wall ${wall[unchanged]} s   cpu ${cpu[unchanged]} s"

# --- a compile in the sandbox, against the same script in a plain chroot
# Ours is the time of the step as the record has it: container, runtime,
# mounts and taking the output included. Processor seconds are those that the
# script's shell counts of itself and its children.
shell_cpu() { awk '{ for (i = 1; i <= 2; i++) { split($i, t, "[ms]"); sum += t[1] * 60 + t[2] } } END { print sum }' "$1"; }
if [ "$(id -u)" = 0 ]; then
	record=$tmp/out/compile/record.json
	output() { awk -v n="\"$1\"," '/"name":/ { on = $2 == n } on && /"output":/ { gsub(/[",]|sha256:/, "", $2); print $2; exit }' "$record"; }
	seconds() { awk '/"name":/ { on = $2 == "\"package.compile\"," } on && /"seconds":/ { gsub(/,/, "", $2); print $2; exit }' "$record"; }
	tarball=$(awk '$1 == "path" { gsub(/"/, "", $3); p = $3 } $1 == "digest" && p { gsub(/"|sha256:/, "", $3); if (p ~ /orig.tar.gz$/) print $3; p = "" }' "$lock")
	mkdir "$tmp/chroot"
	tar -xpf "$DOMBUILD_STORE/blobs/sha256/$(output toolchain.c)" -C "$tmp/chroot"
	mkdir -p "$tmp/chroot/proc" "$tmp/chroot/dev"
	mount -t proc proc "$tmp/chroot/proc"
	mount --bind /dev "$tmp/chroot/dev"
	plain() {
		rm -rf "$tmp/chroot/build" "$tmp/chroot/out"
		mkdir -p "$tmp/chroot/build/hello" "$tmp/chroot/build/tmp" "$tmp/chroot/out"
		chown -R 1000:1000 "$tmp/chroot/build" "$tmp/chroot/out"
		cp "$tmp/recipe/compile.sh" "$tmp/chroot/compile.sh"
		local began
		began=$(date +%s.%N)
		chroot --userspec=1000:1000 "$tmp/chroot" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC OUT=/out HOME=/build \
			TMPDIR=/build/tmp SOURCE_DATE_EPOCH=1735689600 MAKEFLAGS=-j2 OMP_NUM_THREADS=2 /bin/sh -euc \
			'cd /build/hello && tar -xz --strip-components=1 && . /compile.sh' <"$DOMBUILD_STORE/blobs/sha256/$tarball" >"$tmp/plain.log" 2>&1
		keep plain "$(awk -v a="$(date +%s.%N)" -v b="$began" 'BEGIN { print a - b }')" "$(shell_cpu "$tmp/chroot/out/times")"
	}
	for i in $(seq "$times"); do
		run --var run="$i" lock >/dev/null
		run --var run="$i" build -o "$tmp/out" package.compile >/dev/null
		keep step "$(seconds)" "$(shell_cpu "$tmp/out/compile/times")"
		plain
	done
	report "compile in the sandbox, against a plain chroot" step plain overhead
	cmp "$tmp/out/compile/hello" "$tmp/chroot/out/hello" && echo "both made the same program"
else
	echo "skipped: compile against a plain chroot: needs root"
fi
echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
