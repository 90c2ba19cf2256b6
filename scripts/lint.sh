#!/bin/sh
# gofmt, go vet and staticcheck over the whole module; govulncheck where the
# vulnerability database can be reached, and a line that says so where not.
set -eu
unformatted=$(gofmt -l cmd internal)
if [ -n "$unformatted" ]; then
	echo "error: gofmt would change: $unformatted" >&2
	exit 1
fi
go vet ./...
go run honnef.co/go/tools/cmd/staticcheck@2026.1 ./...
if ! go run golang.org/x/vuln/cmd/govulncheck@latest ./...; then
	echo "govulncheck did not run or found something: see above" >&2
fi
