package kernel

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/kconfig"
)

// FuzzFind: nothing panics, a result is whole, and no text is taken that is
// not a configuration.
func FuzzFind(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.image)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := Find(bytes.NewReader(b), int64(len(b)), Limits{Unpacked: 8 << 20, Config: 1 << 20, Window: 8 << 20})
		if err != nil {
			if !errors.Is(err, ErrNotKernel) || found != nil {
				t.Fatalf("got %+v, error %v", found, err)
			}
			return
		}
		for _, k := range found {
			if (k.Text == nil) == (k.Missing == "") || k.Where == "" {
				t.Fatalf("got %+v", k)
			}
			checks := k.Checks()
			if len(checks) == 0 || k.Text == nil && checks[0].Status != Unknown {
				t.Fatalf("got %+v", checks)
			}
		}
	})
}

// FuzzContainers fuzzes what bounds come from: the first bytes of an image,
// with a sound rest.
func FuzzContainers(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.image[:min(len(s.image), 0x260)], s.image[min(len(s.image), 0x260):])
	}
	f.Fuzz(func(t *testing.T, head, rest []byte) {
		b := append(bytes.Clone(head), rest...)
		isBzImage(b)
		elfImage(b)
		sections(io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))), b)
		if _, err := Find(bytes.NewReader(b), int64(len(b)), Limits{Unpacked: 8 << 20, Window: 8 << 20}); err != nil && !errors.Is(err, ErrNotKernel) {
			t.Fatal(err)
		}
	})
}

func FuzzLZOP(f *testing.F) {
	packed := readFile(f, "testdata/vmlinux.lzo")
	f.Add(packed)
	packed = bytes.Clone(packed)
	packed[20] &^= lzopAdlerUnpacked // so that damage reaches the decoder
	f.Add(packed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := newLZOPReader(bytes.NewReader(b)); err == nil {
			io.Copy(io.Discard, io.LimitReader(r, 8<<20))
		}
	})
}

func FuzzLZ4(f *testing.F) {
	f.Add([]byte{0x35, 'a', 'b', 'c', 3, 0, 0x10, 'X'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, ok := lz4Unpack(make([]byte, 0, 1<<16), b); ok && len(out) > 1<<16 {
			t.Fatalf("%d bytes", len(out))
		}
		if got, ok := lz4Unpack(make([]byte, 0, len(b)), lz4Literals(b)); !ok || !bytes.Equal(got, b) {
			t.Fatalf("%q does not come back", b)
		}
	})
}

func FuzzJudge(f *testing.F) {
	f.Add([]byte(linuxConfig), "6.12.5", "x86_64")
	f.Add([]byte(xenConfig), "4.20", "arm64")
	f.Fuzz(func(t *testing.T, text []byte, version, arch string) {
		c, err := kconfig.ParseConfig("config", text)
		if err != nil {
			return
		}
		for _, kind := range []Kind{Linux, Xen} {
			for _, check := range Judge(c, kind, version, Arch(arch)) {
				if len(check.Evidence) == 0 || check.Status == Refuted && arch == "" && !strings.Contains(check.Want, "=n") {
					t.Fatalf("got %+v", check)
				}
			}
		}
	})
}
