package sandbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	b := openBench(t, Options{})
	tree := b.put(makeTar(t, map[string]string{"usr/lib/a": "aaa"}))
	blob := b.put([]byte("tarball"))
	x := b.exec("id", ";", "env", ";", "cat", "/etc/hosts", ";", "cat", "/etc/resolv.conf", ";",
		"ls", "/sources", ";", "ls", "/inputs", ";", "ls", "/build", ";", "ls", "/out", ";", "cat", "/etc/extra", ";",
		"write", "/out/z", "zz", ";", "mkdir", "/out/d", ";", "write", "/out/d/f", "ff", ";", "ln", "f", "/out/d/l", ";",
		"write", "/out/d-x", "after d", ";", "write", "/tmp/t", "x", ";", "write", "/build/w", "x", ";",
		"mustfail", "write", "/x", "x", ";", "mustfail", "write", "/sources/xen/x", "x", ";",
		"mustfail", "write", "/inputs/musl/usr/lib/a", "x", ";", "mustfail", "write", "/etc/hosts", "x", ";",
		"mustfail", "dial", "tcp", "127.0.0.1:22", ";", "mustfail", "lookup", "example.org")
	x.Env = []string{"A=1", "HOME=/build/home"}
	x.Mounts = []Mount{
		{Target: "/sources/xen", Blob: blob, Filename: "xen.tar"},
		{Target: "/sources/xen", Blob: blob, Filename: "xen.dsc", Mode: 0o755},
		{Target: "/sources/linux/sub", Blob: blob, Filename: "l"},
		{Target: "/inputs/musl", Blob: tree, Unpack: true},
		{Target: "/inputs/zlib", Blob: tree, Unpack: true},
	}
	x.Files = map[string]File{"/etc/extra": {Content: []byte("extra\n")}, "/recipe/script": {Content: []byte("s"), Mode: 0o755}}
	r := b.must(x)
	t.Log(r.log.String())
	want := map[string]string{"z": "zz", "d/": "", "d/f": "ff", "d/l": "f", "d-x": "after d"}
	if diff := cmp.Diff(want, r.files); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"d/", "d/f", "d/l", "d-x", "z"}, r.order); diff != "" {
		t.Error(diff)
	}
}
