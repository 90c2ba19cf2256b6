#!/usr/bin/env bash
# Lock, fetch, build and check the small recipes against the machine's Debian
# mirror, in directories of its own: e2e.sh BINARY. What Go and rustc build,
# whose toolchains are large, is apart: e2e.sh BINARY languages
set -euo pipefail
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/dombuild-e2e-XXXXXX")
trap 'rm -rf --one-file-system "$tmp"' EXIT
export DOMBUILD_STORE=$tmp/store
cp -r "$here/recipes" "$here/lockfiles" "$tmp/"

# whole NAME RECIPE [FLAG…]: from no lock to a build that was proved
whole() {
	built "$@"
	logged "${run[@]}" check
}
# built NAME RECIPE [FLAG…]: from no lock to a build, all sums of which hold
built() {
	local name=$1 dir=$tmp/recipes/$2
	shift 2
	echo "== $name"
	run=("$bin" -C "$dir" --progress plain "$@")
	logged "${run[@]}" validate
	logged "${run[@]}" lock
	logged "${run[@]}" lock --check
	logged "${run[@]}" fetch
	logged "${run[@]}" build -o "$tmp/out/$name"
	(cd "$tmp/out/$name" && for d in */; do (cd "$d" && sha256sum --quiet -c SHA256SUMS); done)
}
# logged COMMAND…: its results, and all it said when it fails
logged() {
	local began=$SECONDS
	"$@" 2>"$tmp/log" || { local code=$?; tail -n 60 "$tmp/log" >&2; echo "error: exit $code: ${*#"$bin"}" >&2; exit 1; }
	echo "   ($((SECONDS - began)) s)"
}

# refused NAME RECIPE PACKAGE: its gate refuses it, for each of the lines given
refused() {
	local name=$1 dir=$2 package=$3 code=0 expected
	"$bin" -C "$dir" --progress plain build -o "$tmp/out/$(basename "$dir")" "$package" >"$tmp/log" 2>&1 || code=$?
	while read -r expected; do
		if [ "$code" != 8 ] || ! grep -qF -- "$expected" "$tmp/log"; then
			tail -n 40 "$tmp/log" >&2
			echo "error: mutant $name: exit $code, want 8 and \"$expected\"" >&2
			exit 1
		fi
		echo "   refused: $name: $expected"
	done
}
# prepared NAME: a directory of recipes, locked and fetched, with Debian's keys
prepared() {
	local dir=$tmp/$1
	cp -r "$here/scripts/$1" "$dir"
	mkdir "$dir/keys"
	cp "$here/recipes/hello/keys/debian-archive.gpg" "$dir/keys/"
	run=("$bin" -C "$dir" --progress plain)
	echo "== $1"
	logged "${run[@]}" validate
	logged "${run[@]}" fmt --check
	logged "${run[@]}" lock
	logged "${run[@]}" fetch
}
linked=pie,relro,now,nx,no-rwx,no-textrel,rpath

if [ "${2-}" = languages ]; then
	prepared languages
	for name in go rust; do
		logged "${run[@]}" build -o "$tmp/out/languages" "package.mended[\"$name\"]"
		logged "$bin" harden --rule "$linked,bounds-checks" "$tmp/out/languages/mended-$name" >/dev/null
	done
	logged "${run[@]}" check 'package.mended["go"]' 'package.mended["rust"]'
	refused go "$tmp/languages" 'package.mutant["go"]' <<-'EOT'
		mixed (./tmp/go-link-/000002.o): compiled-outside
		unknown: compiled-outside
		unchecked: bounds-checks
		main: Go cmd/compile go1.19.8; -B
	EOT
	refused rust "$tmp/languages" 'package.mutant["rust"]' <<-'EOT'
		mixed (b.o): compiled-outside
		.rcgu.o): compiled-outside
		no unit of its crate is in the debug information
	EOT
	echo "== all is well"
	exit
fi

rm -f "$tmp"/lockfiles/hello* "$tmp"/lockfiles/busybox*
# hello is proved by the script that is ready for any CI
built hello hello
logged "$here/ci/check.sh" "$bin" "$tmp/recipes/hello" "$tmp/ci"
whole busybox busybox

# the same package in a toolchain whose maintainer scripts ran in the sandbox
cp -r "$tmp/recipes/hello" "$tmp/recipes/configured"
sed -i -e '/^toolchain "c"/a\  configure = true' -e 's/hello\.lock\.hcl/configured.lock.hcl/' "$tmp/recipes/configured/recipe.hcl"
whole configured configured
cmp "$tmp/out/hello/hello/usr/bin/hello" "$tmp/out/configured/hello/usr/bin/hello" ||
	echo "note: hello differs between the unpacked and the configured toolchain"

# what tries to lose a flag: mended, or refused by the rule and name given here
prepared hardening
names=(flags path empty response override assembler linker stack)
mended=("${names[@]/#/package.mended[\"}")
logged "${run[@]}" build -o "$tmp/out/hardening" "${mended[@]/%/\"]}"
programs=("${names[@]/#/$tmp/out/hardening/mended-}")
logged "$bin" harden --rule "$linked" "${programs[@]/%//p}" >/dev/null
while read -r name expected; do
	refused "$name" "$tmp/hardening" "package.mutant[\"$name\"]" <<<"$expected"
done <<-'EOT'
	outside p (b.o): compiled-outside
	cc1 p (b.o): compiled-outside
	member p (libb.a(b.o)): compiled-outside
	changed p (b.o): compiled-outside
	patched p: compiled-outside
	level p (b.c): fortify
	bare p (b.c): stack-protector
	rpath p: rpath
	symbol p: forbidden-symbols
EOT

# seeded nondeterminism: each fault caught and attributed, each mended twin equal
prepared faults
began=$SECONDS code=0
"${run[@]}" --json check --junit "$tmp/junit.xml" --sarif "$tmp/check.sarif" >"$tmp/check.json" 2>"$tmp/log" || code=$?
if [ "$code" != 7 ]; then
	tail -n 60 "$tmp/log" >&2
	echo "error: check of the faults: exit $code, want 7" >&2
	exit 1
fi
echo "   ($((SECONDS - began)) s)"
(cd "$here" && go run ./scripts/faults "$tmp/check.json")

# the ready files for continuous integration, of a target that passes and of one that does not
prepared pipeline
(cd "$here" && go run ./scripts/ci "$bin" "$tmp/pipeline" package.equal package.different)

echo "== all is well"
