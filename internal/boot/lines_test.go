package boot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"a\nb\r\nc\r\r\nd", []string{"a", "b", "c", "|d"}},
		{"10%\r20%\r100%\n", []string{"10%", "20%", "100%"}},
		{"\x1b[2J\x1b[01;01H\x1b[=3h\x1b[1;32mgreen\x1b[0m\n", []string{"green"}},
		{"menu\x1b[12;1Hentry\x1b[Krest\n", []string{"menu", "entryrest"}},
		{"\x1b]0;title\x07text\x1b(Bmore\x1bc\n", []string{"textmore"}},
		{"\x1b]0;title\x1b\\text\n", []string{"text"}},
		{"a\tb\x00c\x07 \n\xff\xfe\n", []string{"a bc", "?"}},
		{"wrogn\b\bng\n\n", []string{"wrong", ""}},
	} {
		for _, step := range []int{1, 3, len(tt.in)} {
			var got []string
			l := newLiner(func(s string) { got = append(got, s) })
			for i := 0; i < len(tt.in); i += step {
				l.write([]byte(tt.in[i:min(i+step, len(tt.in))]))
			}
			if p := l.partial(); p != "" {
				got = append(got, "|"+p)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%q in steps of %d: (-want +got)\n%s", tt.in, step, diff)
			}
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("\x1b[1;1Ha\r\nb\x1b]x\x07"))
	f.Fuzz(func(t *testing.T, in []byte) {
		check := func(s string) {
			for _, r := range s {
				if r < ' ' || r == 0x7f {
					t.Fatalf("%q has a control character", s)
				}
			}
			if len(s) > maxLine {
				t.Fatal("line is too long")
			}
		}
		l := newLiner(check)
		l.write(in)
		check(l.partial())
	})
}
