#!/bin/sh
# Prove in any CI that a recipe builds the same bytes again: check.sh DOMBUILD RECIPE REPORTS
#
# DOMBUILD is the program, RECIPE the directory of a recipe whose lock is
# committed, REPORTS a directory for what the CI shows: check.json, junit.xml,
# check.sarif and a page, html/index.html. Environment:
#
#   DOMBUILD_STORE   the store; keep it between runs
#   TARGETS          what to check; default: what the recipe builds by default
#   CHECK_FLAGS      further flags of check, such as --runs 3
#
# The exit code is dombuild's; docs/ci.md lists what each means.
set -eu
if [ $# != 3 ]; then
	sed -n 's/^# \{0,1\}//p; /^set/q' "$0" >&2
	exit 2
fi
dombuild=$1 recipe=$2
mkdir -p "$3"
reports=$(cd "$3" && pwd)
run() { "$dombuild" -C "$recipe" --progress plain "$@"; }

# the only part that needs a network
run lock --check
run fetch

code=0
# shellcheck disable=SC2086 # lists of words
run --json --sarif "$reports/check.sarif" --report "$reports/html" check --junit "$reports/junit.xml" ${CHECK_FLAGS-} ${TARGETS-} >"$reports/check.json" || code=$?
case $code in
0) echo "reproducible: see $reports/check.json" ;;
7) echo "not reproducible: $reports/html/index.html says what differs and why" ;;
*) echo "not checked: exit code $code" ;;
esac
exit "$code"
