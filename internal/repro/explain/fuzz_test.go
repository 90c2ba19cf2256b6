package explain

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// checkContents holds for any two contents: no panic, a Difference exactly when
// the bytes differ, bounded lists, printable texts, and an end in a moment.
func checkContents(t *testing.T, left, right []byte) {
	hints := Hints{
		Values: []Value{{BuildPath, "/build", "/check/build"}, {Hostname, "a", "b"}, {User, "1000", "1001"}, {Timezone, "UTC", "DMB-13:37"}},
		Clock:  [2]Period{{time.Unix(1e9, 0), time.Unix(1.1e9, 0)}, {time.Unix(1.2e9, 0), time.Unix(1.3e9, 0)}},
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, opt := range []Options{{}, {Hints: hints, Lines: 3, Differences: 2}} {
		all, err := Contents(ctx, "input", bytes.NewReader(left), bytes.NewReader(right), opt)
		must(t, err)
		if (len(all) == 0) != bytes.Equal(left, right) {
			t.Fatalf("%d differences", len(all))
		}
		opt = opt.withDefaults()
		if len(all) > opt.Differences+1 {
			t.Errorf("%d differences", len(all))
		}
		for _, d := range all {
			checkDifference(t, d, opt)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20+2000*uint64(len(left)+len(right)) {
		t.Errorf("%d bytes allocated for %d and %d", n, len(left), len(right))
	}
}

func checkDifference(t *testing.T, d Difference, opt Options) {
	if d.Kind == "" || d.Detail == "" || len(d.Lines) > opt.Lines+2 {
		t.Errorf("%+v", d)
	}
	texts := append([]string{d.Left, d.Right, d.Detail}, d.Path...)
	for _, l := range d.Lines {
		texts = append(texts, l.Text)
	}
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\n\r\u202e") || len(s) > 40*maxShown {
			t.Errorf("not fit for a terminal: %q", s)
		}
	}
	if d.Cause != "" && Remedy(d.Cause, d) == "" {
		t.Errorf("%s has no remedy", d.Cause)
	}
}

func FuzzContents(f *testing.F) {
	for _, p := range pairs {
		f.Add([]byte(p.left), []byte(p.right))
		f.Add([]byte("\x00\x01"+p.left+"\x00more"), []byte("\x00\x01"+p.right+"\x00more"))
	}
	f.Add([]byte(`{"a":1,"b":2}`), []byte(`{"b":2,"a":1}`))
	f.Add([]byte("b\na\n"), []byte("a\nb"))
	f.Add([]byte{}, []byte("\x00"))
	f.Add(signedModule("\x00module", "one"), signedModule("\x00module", "two"))
	f.Add(pemOf("CERTIFICATE", []byte("abc")), pemOf("CERTIFICATE", []byte("abd")))
	f.Fuzz(checkContents)
}

// FuzzELF damages a small ELF file with notes, symbols, DWARF and code on one
// side: bytes at an offset are replaced.
func FuzzELF(f *testing.F) {
	seed, err := os.ReadFile(filepath.Join("testdata", "small.elf"))
	must(f, err)
	for _, at := range []uint16{0, 4, 16, 18, 0x28, 0x30, 0x3a, 0x3c, 0x3e, 64, 0x200, 0x400, 0x600, 0x1000, 0x1200} {
		f.Add(at, []byte{0xff}, false)
		f.Add(at, []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f}, true)
	}
	f.Fuzz(func(t *testing.T, at uint16, with []byte, both bool) {
		right := bytes.Clone(seed)
		copy(right[min(int(at), len(right)):], with)
		left := seed
		if both {
			left = bytes.Clone(right)
			left[len(left)/2] ^= 0xff
		}
		checkContents(t, left, right)
	})
}

func FuzzClassify(f *testing.F) {
	for _, p := range pairs {
		f.Add(p.left, p.right)
	}
	f.Fuzz(func(t *testing.T, left, right string) {
		for _, kind := range []Kind{Text, Field, ModTime, LinkTarget} {
			d := Difference{Kind: kind, Left: left, Right: right, Detail: left, Path: []string{right}}
			c := Classify(d)
			if c != "" && Remedy(c, d) == "" {
				t.Errorf("%s has no remedy", c)
			}
			if kind == Text && c != Classify(Difference{Kind: kind, Left: right, Right: left}) {
				t.Errorf("%q against %q: the cause depends on which is left", left, right)
			}
		}
	})
}
