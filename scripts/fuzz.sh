#!/bin/sh
# Run every fuzz target of the module for a while: fuzz.sh DURATION
# Inputs are minimised once only: longer minimising leaves no time to fuzz.
set -eu
go list -f '{{.Dir}}' ./... | while read -r dir; do
	grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go 2>/dev/null | sed 's/^func //' | while read -r target; do
		echo "== $dir $target"
		(cd "$dir" && go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 1x . </dev/null)
	done
done
