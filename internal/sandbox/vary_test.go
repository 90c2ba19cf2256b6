package sandbox

import (
	"archive/tar"
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestMemory: scratch space in memory belongs to the user, and only the output
// leaves the container.
func TestMemory(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec("id", ";", "write", "/build/f", "x", ";", "write", "/check/out/f", "y", ";", "ls", "/check", ";",
		"cat", "/proc/self/mountinfo", ";", "copy", "/check/out/f", "/kept/f")
	x.Work, x.Out, x.GID = "", "/kept", 2001
	x.Memory = &Memory{Targets: []string{"/build", "/check/out"}, Size: 64 << 20}
	r := b.must(x)
	if len(r.files) != 1 || r.files["f"] != "y" {
		t.Errorf("output: %v", r.files)
	}
	log := r.log.String()
	for _, want := range []string{"/check/out rw,nosuid", "/build rw,nosuid", "size=65536k,mode=755,uid=1000,gid=2001"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	if h := r.hdrs["f"]; h.Uid != 1000 || h.Gid != 2001 {
		t.Errorf("the output belongs to %d:%d", h.Uid, h.Gid)
	}
}

// TestDomain: a domain is in /etc/hosts, and nowhere else.
func TestDomain(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec("cat", "/etc/hosts", ";", "cat", "/proc/sys/kernel/hostname")
	x.Hostname, x.Domain = "second", "check.invalid"
	if log := b.must(x).log.String(); !strings.Contains(log, "127.0.1.1\tsecond.check.invalid second\n") || !strings.Contains(log, "\nsecond\n") {
		t.Errorf("got %q", log)
	}
}

// TestCPUInfo: of the kernel's files this one can be replaced.
func TestCPUInfo(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec("cat", CPUInfo)
	x.Files = map[string]File{CPUInfo: {Content: []byte("processor\t: 0\n")}}
	if log := b.must(x).log.String(); log != "processor\t: 0\n" {
		t.Errorf("got %q", log)
	}
	x.Files = map[string]File{"/proc/meminfo": {}}
	if _, err := b.run(x, Sink{}); err == nil || !strings.Contains(err.Error(), "belongs to the container") {
		t.Errorf("got %v", err)
	}
}

// TestLinkOverRoot: a link of the root's own can be replaced where the
// directory above it is itself a link, and what lies beside it stays.
func TestLinkOverRoot(t *testing.T) {
	b := openBench(t, Options{})
	var root bytes.Buffer
	w := tar.NewWriter(&root)
	add := func(h tar.Header, text string) {
		h.Size = int64(len(text))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	guest, err := os.ReadFile(guestPath)
	if err != nil {
		t.Fatal(err)
	}
	add(tar.Header{Name: "guest", Mode: 0o755, Typeflag: tar.TypeReg}, string(guest))
	add(tar.Header{Name: "usr/", Mode: 0o755, Typeflag: tar.TypeDir}, "")
	add(tar.Header{Name: "usr/bin/", Mode: 0o751, Typeflag: tar.TypeDir}, "")
	add(tar.Header{Name: "bin", Linkname: "usr/bin", Typeflag: tar.TypeSymlink}, "")
	for _, n := range []string{"one", "two"} {
		add(tar.Header{Name: "usr/bin/" + n, Mode: 0o644, Typeflag: tar.TypeReg}, n+"\n")
	}
	add(tar.Header{Name: "usr/bin/sh", Linkname: "one", Typeflag: tar.TypeSymlink}, "")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	x := b.exec("cat", "/bin/sh", ";", "cat", "/bin/one")
	x.Root = b.put(root.Bytes())
	if log := b.must(x).log.String(); log != "one\none\n" {
		t.Errorf("got %q", log)
	}
	x.Links = map[string]string{"/usr/bin/sh": "two"}
	if log := b.must(x).log.String(); log != "two\none\n" {
		t.Errorf("got %q", log)
	}
}
