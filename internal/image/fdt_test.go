package image

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const smallTree = `printf '/dts-v1/; /memreserve/ 0x1000 0x2000; / { compatible = "a,b"; #x = <1>; n@1 { n = "text"; x; n { y = <7>; }; }; };' | dtc -q -b 3 -O dtb -o OUT`

func TestFDT(t *testing.T) {
	data := sampleOf(t, "dtc", smallTree)
	got := readAll(t, "x.dtb", data, Options{Inside: true})
	want := []string{"#x", "(memory reservations)", "compatible", "n@1", "n@1/n", "n@1/n#2", "n@1/n#2/y", "n@1/x"}
	if d := cmp.Diff(want, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got[2].Sum != sumOf("a,b\x00") || got[6].Sum != sumOf("\x00\x00\x00\x07") || got[3].Type != Directory {
		t.Errorf("%+v", got)
	}
	for name, bad := range map[string][]byte{
		"cut": data[:len(data)-8], "structure": damage(data, 8, 0xff), "strings": damage(data, 12, 0xff), "reservations": damage(data, 16, 0xff), "token": damage(data, int(be.Uint32(data[8:])), 0, 0, 0, 7),
		"size": damage(data, 4, 0, 0, 0, 41), "no end": damage(data, int(be.Uint32(data[8:])+be.Uint32(data[36:]))-8, 0, 0, 0, 4),
	} {
		_, err := tryRead("t", bad, Options{Format: FDT, Inside: true})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFDT(f *testing.F) { fuzzFormat(f, FDT, sampleOf(f, "dtc", smallTree)) }
