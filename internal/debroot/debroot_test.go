package debroot

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

const epoch = 1700000000

func TestAssemble(t *testing.T) {
	a := testDeb{name: "a", compress: ".xz", entries: []testEntry{
		{path: "./"}, {path: "./bin/"}, {path: "./lib64/"},
		{path: "./bin/dash", text: "shell", mode: 0o4755},
		{path: "./usr/bin/dash", link: "/bin/dash"},
		{path: "./usr/bin/gcc-12", text: "cc", mode: 0o2755},
		{path: "./usr/bin/gcc", link: "gcc-12"},
		{path: "./usr/share/deep/er/file", text: "x"},
		{path: "./lib64/ld.so", link: "/lib/ld.so"},
		{path: "./var/mail/", mode: 0o2775},
	}}
	b := testDeb{name: "b", compress: ".zst", entries: []testEntry{
		{path: "./usr/bin/mawk", text: "awk", mode: 0o755},
		{path: "./usr/bin/zz", text: "same", mode: 0o755},
		{path: "./usr/bin/aa", kind: '1', link: "./usr/bin/zz"},
		{path: "./lib", link: "usr/lib"},
	}}
	out, err := assemble(t, Options{Epoch: epoch}, a.deb(t), b.deb(t))
	if err != nil {
		t.Fatal(err)
	}
	got := listing(t, out)
	want := map[string]string{
		"bin":                    "2 777 usr/bin",
		"lib":                    "2 777 usr/lib",
		"lib64":                  "2 777 usr/lib64",
		"sbin":                   "2 777 usr/sbin",
		"lib32":                  "",
		"usr/bin/dash":           "0 755 shell",
		"usr/bin/sh":             "2 777 dash",
		"usr/bin/awk":            "2 777 mawk",
		"usr/bin/cc":             "2 777 gcc",
		"usr/bin/c++":            "",
		"usr/bin/gcc-12":         "0 755 cc",
		"usr/bin/aa":             "0 755 same",
		"usr/bin/zz":             "1 755 usr/bin/aa",
		"usr/share/deep/":        "5 755",
		"usr/share/deep/er/":     "5 755",
		"usr/lib64/ld.so":        "2 777 /lib/ld.so",
		"tmp/":                   "5 1777",
		"var/mail/":              "5 775",
		"etc/resolv.conf":        "0 644",
		"usr/share/deep/er/file": "0 644 x",
	}
	for path, w := range want {
		if got[path] != w {
			t.Errorf("%s: got %q, want %q", path, got[path], w)
		}
	}
}

func TestAssembleIsSortedAndDeterministic(t *testing.T) {
	var debs []Deb
	for _, name := range []string{"d", "a", "c", "b"} {
		debs = append(debs, testDeb{name: name, compress: ".gz", entries: []testEntry{
			{path: "./usr/share/" + name + "/"},
			{path: "./usr/share/" + name + "/x", text: strings.Repeat(name, 1000)},
			{path: "./usr/share/" + name + "-x", text: name},
			{path: "./usr/share/common", text: "the same"},
		}}.deb(t))
	}
	first, err := assemble(t, Options{Epoch: epoch, Database: true}, debs...)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		rand.Shuffle(len(debs), func(i, j int) { debs[i], debs[j] = debs[j], debs[i] })
		debs[0].Size = rand.Int64()
		again, err := assemble(t, Options{Epoch: epoch, Database: true, Parallel: 1 + rand.IntN(4)}, debs...)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, again) {
			t.Fatal("another order of packages gave other bytes")
		}
	}
}

func TestCompressions(t *testing.T) {
	const bz2 = "QlpoOTFBWSZTWSFk5iUAAFx7gMmQAADAAf2AEABiYB4ABAggAFCjQ0AAAAkoEMjTQaaDS9s4uQgyghCNKZFM44IEMCTZdtnZ1IYpKuKJ1eb0rhVh75P3u7z57H3HNvFJB+LuSKcKEgQsnMSg"
	data, err := base64.StdEncoding.DecodeString(bz2)
	if err != nil {
		t.Fatal(err)
	}
	debs := []Deb{debOf("bz2.deb", makeAr(
		arMember{"debian-binary", []byte("2.0\n")},
		arMember{"_ignored", []byte("odd")},
		arMember{"control.tar", makeTar(t, []testEntry{{path: "control", text: "Package: p\nVersion: 1\nArchitecture: all\n"}})},
		arMember{"data.tar.bz2", data}))}
	for _, c := range []string{"", ".xz", ".gz", ".zst"} {
		debs = append(debs, testDeb{name: "p", compress: c, entries: []testEntry{{path: "./usr/share/hi", text: "hi\n"}}}.deb(t))
	}
	for _, d := range debs {
		out, err := assemble(t, Options{Epoch: epoch}, d)
		if err != nil {
			t.Fatal(err)
		}
		if got := listing(t, out)["usr/share/hi"]; got != "0 644 hi" {
			t.Errorf("%s: got %q", d.Name, got)
		}
	}
}

func TestReplaces(t *testing.T) {
	old := testDeb{name: "old", version: "1.5-1", entries: []testEntry{{path: "./usr/f", text: "old"}}}
	for _, tt := range []struct{ name, control, want string }{
		{"new", "Replaces: other, old (<< 1.5-2)\n", "0 644 new"},
		{"a", "Replaces: old\n", "0 644 new"},
		{"new", "Replaces: old (<< 1.5-1~)\n", ""},
		{"new", "Breaks: old\n", ""},
	} {
		d := testDeb{name: tt.name, control: tt.control, entries: []testEntry{{path: "./usr/f", text: "new"}}}
		out, err := assemble(t, Options{Epoch: epoch}, old.deb(t), d.deb(t))
		if tt.want == "" {
			var conflict *ConflictError
			if !errors.As(err, &conflict) || conflict.Path != "usr/f" || !strings.Contains(err.Error(), "old.deb") {
				t.Errorf("%s: got error %v", tt.control, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.control, err)
		} else if got := listing(t, out)["usr/f"]; got != tt.want {
			t.Errorf("%s: got %q", tt.control, got)
		}
	}
}

func TestConflicts(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b testEntry
		want string
	}{
		{"directory and file", testEntry{path: "./usr/x/"}, testEntry{path: "./usr/x", text: "f"}, "directory"},
		{"directory and link", testEntry{path: "./usr/x/"}, testEntry{path: "./usr/x", link: "/etc"}, "directory"},
		{"through a link", testEntry{path: "./usr/x", link: "/etc"}, testEntry{path: "./usr/x/passwd", text: "f"}, "below"},
		{"merged usr", testEntry{path: "./bin/x", text: "a"}, testEntry{path: "./usr/bin/x", text: "b"}, "differ"},
		{"mode", testEntry{path: "./usr/x", mode: 0o755}, testEntry{path: "./usr/x"}, "differ"},
		{"link", testEntry{path: "./usr/x", link: "a"}, testEntry{path: "./usr/x", link: "b"}, "differ"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := testDeb{name: "a", entries: []testEntry{tt.a}}
			b := testDeb{name: "b", entries: []testEntry{tt.b}}
			_, err := assemble(t, Options{}, a.deb(t), b.deb(t))
			var conflict *ConflictError
			if !errors.As(err, &conflict) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v", err)
			}
		})
	}
	same := testDeb{name: "a"}
	if _, err := assemble(t, Options{}, same.deb(t), same.deb(t)); err == nil {
		t.Error("the same package twice is accepted")
	}
}

func TestRefusedEntries(t *testing.T) {
	for _, tt := range []struct {
		name  string
		entry testEntry
	}{
		{"absolute", testEntry{path: "/etc/passwd"}},
		{"dot-dot", testEntry{path: "./usr/../../etc/passwd"}},
		{"newline", testEntry{path: "./usr/a\nb"}},
		{"not UTF-8", testEntry{path: "./usr/\xff"}},
		{"device", testEntry{path: "./dev/sda", kind: '4'}},
		{"character device", testEntry{path: "./dev/null", kind: '3'}},
		{"fifo", testEntry{path: "./run/fifo", kind: '6'}},
		{"unknown type", testEntry{path: "./x", kind: 'Z'}},
		{"hard link out", testEntry{path: "./x", kind: '1', link: "../../etc/shadow"}},
		{"hard link to an absolute name", testEntry{path: "./x", kind: '1', link: "/etc/shadow"}},
		{"hard link to nothing", testEntry{path: "./x", kind: '1', link: "./y"}},
		{"file in place of bin", testEntry{path: "./bin", text: "x"}},
		{"other link in place of lib", testEntry{path: "./lib", link: "/etc"}},
		{"file in place of the root", testEntry{path: ".", kind: '0'}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := assemble(t, Options{}, testDeb{name: "p", entries: []testEntry{tt.entry}}.deb(t))
			var format *FormatError
			if !errors.As(err, &format) || format.Package != "p.deb" {
				t.Errorf("got error %v", err)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	zeros := testDeb{name: "bomb", compress: ".xz", entries: []testEntry{{path: "./zeros", text: strings.Repeat("\x00", 8<<20)}}}
	many := testDeb{name: "many", entries: []testEntry{{path: "./a"}, {path: "./b"}, {path: "./c"}}}
	liar := testDeb{name: "liar", entries: []testEntry{{path: "./a", size: 1 << 40}}}
	control := testDeb{name: "control", members: []testEntry{{path: "./md5sums", text: strings.Repeat("x", 1<<20)}}}
	for _, d := range []testDeb{zeros, many, liar, control} {
		_, err := assemble(t, Options{Limits: Limits{Bytes: 4 << 20, Entries: 2, Control: 1 << 18}}, d.deb(t))
		var limit *LimitError
		if !errors.As(err, &limit) || limit.Package != d.name+".deb" {
			t.Errorf("%s: got error %v", d.name, err)
		}
	}
}

func TestDamaged(t *testing.T) {
	good := testDeb{name: "p", compress: ".xz", entries: []testEntry{{path: "./usr/x", text: strings.Repeat("data", 999)}}}.bytes(t)
	for _, n := range []int{0, 4, 8, 60, 70, 200, len(good) / 2, len(good) - 8} {
		if out, err := assemble(t, Options{}, debOf("p.deb", good[:n])); err == nil || len(out) != 0 {
			t.Errorf("cut at %d: got error %v and %d bytes", n, err, len(out))
		}
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-100] ^= 1
	if _, err := assemble(t, Options{}, debOf("p.deb", flipped)); err == nil {
		t.Error("a flipped bit is accepted")
	}
	extra := append(bytes.Clone(good), makeAr(arMember{"more", nil})[8:]...)
	if _, err := assemble(t, Options{}, debOf("p.deb", extra)); err == nil {
		t.Error("a further member is accepted")
	}
}

// TestVerdictOfReader shows that a verifying reader's error wins, even when it
// comes after the package, and that nothing is written.
func TestVerdictOfReader(t *testing.T) {
	verdict := errors.New("digest mismatch")
	good := testDeb{name: "p"}.bytes(t)
	for _, b := range [][]byte{good, good[:100]} {
		d := Deb{Name: "p.deb", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(b), iotest.ErrReader(verdict))), nil
		}}
		out, err := assemble(t, Options{}, d)
		if !errors.Is(err, verdict) || len(out) != 0 {
			t.Errorf("got error %v and %d bytes", err, len(out))
		}
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	err := Assemble(ctx, []Deb{testDeb{name: "p"}.deb(t)}, io.Discard, Options{TempDir: dir})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestDatabase(t *testing.T) {
	p := testDeb{
		name:    "p",
		control: "Multi-Arch: same\nDescription: short\n long\n .\n more\n",
		members: []testEntry{
			{path: "./postinst", text: "#!/bin/sh\n", mode: 0o755},
			{path: "./conffiles", text: "/etc/p.conf\n"},
			{path: "./triggers", text: "interest-noawait ldconfig\ninterest /usr/share/x\nactivate foo\n"},
		},
		entries: []testEntry{{path: "./etc/p.conf", text: "conf"}, {path: "./bin/p"}},
	}
	out, err := assemble(t, Options{Epoch: epoch, Database: true}, p.deb(t))
	if err != nil {
		t.Fatal(err)
	}
	got := listing(t, out)
	want := map[string]string{
		"status": "0 644 Package: p\nStatus: install ok unpacked\nVersion: 1.0\nArchitecture: amd64\n" +
			"Multi-Arch: same\nDescription: short\n long\n .\n more\nConffiles:\n /etc/p.conf 3a8e4c06e471595f6eb262bb9b5582d9",
		"info/p:amd64.postinst": "0 755 #!/bin/sh",
		"info/p:amd64.list":     "0 644 /.\n/bin\n/bin/p\n/etc\n/etc/p.conf",
		"info/format":           "0 644 1",
		"triggers/ldconfig":     "0 644 p:amd64/noawait",
		"triggers/File":         "0 644 /usr/share/x p:amd64",
		"updates/":              "5 755",
	}
	for path, w := range want {
		if diff := cmp.Diff(w, got["var/lib/dpkg/"+path]); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", path, diff)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(testDeb{name: "p", compress: ".xz", entries: []testEntry{{path: "./usr/x", text: "x"}}}.bytes(f))
	f.Add(testDeb{name: "p", entries: []testEntry{{path: "./bin/x"}, {path: "./y", kind: '1', link: "bin/x"}}}.bytes(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := assemble(t, Options{Epoch: epoch, Database: true, Limits: Limits{Bytes: 1 << 20, Entries: 100, Control: 1 << 16}}, debOf("p.deb", b))
		if err == nil {
			listing(t, out)
		}
	})
}

// BenchmarkAssemble unpacks 16 packages of about 1 MiB, compressed to 15 %.
func BenchmarkAssemble(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var debs []Deb
	for i := range 16 {
		d := testDeb{name: "p" + string(rune('a'+i%26)) + string(rune('a'+i/26)), compress: ".xz"}
		for j := range 32 {
			var text strings.Builder
			for text.Len() < 32<<10 {
				text.WriteString([]string{"int ", "return ", "static ", "void ", "x", "\n", "{", "}"}[rnd.IntN(8)])
			}
			d.entries = append(d.entries, testEntry{path: "./usr/share/" + d.name + "/" + string(rune('a'+j)), text: text.String()})
		}
		debs = append(debs, d.deb(b))
	}
	dir := b.TempDir()
	b.SetBytes(16 << 20)
	for b.Loop() {
		if err := Assemble(context.Background(), debs, io.Discard, Options{TempDir: dir}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestOrderDoesNotMatter: packages unpacked in any order give the same root,
// and every seed gives an order of its own beginning.
func TestOrderDoesNotMatter(t *testing.T) {
	var debs []Deb
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		d := testDeb{name: name, entries: []testEntry{{path: "./usr/share/" + name, text: name}, {path: "./usr/share/common", text: "the same"}}}.deb(t)
		d.Size = int64(100 - i)
		debs = append(debs, d)
	}
	var first []byte
	for seed := range uint32(20) {
		var order []string
		got, err := assemble(t, Options{Seed: seed, Queued: func(list []Deb) {
			for _, d := range list {
				order = append(order, d.Name)
			}
		}}, debs...)
		if err != nil {
			t.Fatal(err)
		}
		if seed == 0 {
			first = got
		}
		if !bytes.Equal(got, first) {
			t.Errorf("seed %d gives another root", seed)
		}
		if len(order) != len(debs) || (order[0] == "a.deb") != (seed == 0) {
			t.Errorf("seed %d: order %v", seed, order)
		}
	}
}
