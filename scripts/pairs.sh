#!/bin/sh
# Compare each pair of diffoscope's own test data with dombuild diff:
# pairs.sh DOMBUILD [DIR]. Without DIR the data come from Debian's source
# package, by way of the host's apt configuration; nothing of it is kept.
set -eu
if [ $# -lt 1 ]; then
	sed -n 's/^# \{0,1\}//p; /^set/q' "$0" >&2
	exit 2
fi
dombuild=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
if [ $# = 2 ]; then
	dir=$(realpath "$2")
else
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/dombuild-pairs-XXXXXX")
	trap 'rm -rf --one-file-system "$tmp"' EXIT
	mkdir -p "$tmp/parts" "$tmp/lists/partial" "$tmp/cache/archives/partial"
	# the host's Debian sources, for source packages
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -e "$f" ] && sed 's/^Types:.*/Types: deb-src/' "$f" >"$tmp/parts/$(basename "$f")"
	done
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		sed -n -e 's/^deb-src /deb /' -e 's/^deb /deb-src /p' | sort -u >"$tmp/parts/pairs.list"
	set -- -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$tmp/parts" -o Dir::State::lists="$tmp/lists" \
		-o Dir::Cache="$tmp/cache" -o APT::Sandbox::User=root
	apt-get "$@" -q update >"$tmp/log" 2>&1 || cat "$tmp/log" >&2
	(cd "$tmp" && apt-get "$@" -q source --download-only diffoscope >>"$tmp/log" 2>&1) || { cat "$tmp/log" >&2; exit 1; }
	mkdir "$tmp/source"
	tar -xf "$tmp"/diffoscope_*.tar.* -C "$tmp/source" --strip-components=1
	dir=$tmp/source/tests/data
fi
cd "$here"
go run ./scripts/pairs "$dombuild" "$dir"
