package explain

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func contents(t testing.TB, path string, left, right []byte, opt Options) []Difference {
	t.Helper()
	all, err := Contents(context.Background(), path, bytes.NewReader(left), bytes.NewReader(right), opt)
	must(t, err)
	return all
}

func view(d Difference) string {
	var b strings.Builder
	for _, l := range d.Lines {
		fmt.Fprintf(&b, "%s%s\n", l.Side, l.Text)
	}
	return b.String()
}

func numbered(n int, change map[int]string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		if s, ok := change[i]; ok {
			b.WriteString(s)
			continue
		}
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestEqualContentsHaveNoDifferences(t *testing.T) {
	for _, s := range []string{"", "text\n", "\x7fELF", "\x00\x01"} {
		if all := contents(t, "x", []byte(s), []byte(s), Options{}); all != nil {
			t.Errorf("%q: %+v", s, all)
		}
	}
}

func TestUnifiedView(t *testing.T) {
	l := numbered(2000, nil)
	r := numbered(2000, map[int]string{1000: "built Nov 22 2026\n", 1500: "", 1800: "line 1800\nmore\n"})
	l = strings.Replace(l, "line 1000\n", "built Nov 21 2026\n", 1)
	all := contents(t, "x", []byte(l), []byte(r), Options{})
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	want := Difference{Kind: Text, Cause: Timestamp, Left: "Nov 21 2026", Right: "Nov 22 2026", Detail: "dates or times: line 1000"}
	lines := all[0].Lines
	all[0].Lines = nil
	if d := cmp.Diff(want, all[0]); d != "" {
		t.Error(d)
	}
	wantView := "@-997,7 +997,7\n line 997\n line 998\n line 999\n-built Nov 21 2026\n+built Nov 22 2026\n line 1001\n line 1002\n line 1003\n"
	if got := view(Difference{Lines: lines}); got != wantView {
		t.Errorf("%s\nwant\n%s", got, wantView)
	}
	wantView = "@-1497,7 +1497,6\n line 1497\n line 1498\n line 1499\n-line 1500\n line 1501\n line 1502\n line 1503\n" +
		"@-1798,6 +1797,7\n line 1798\n line 1799\n line 1800\n+more\n line 1801\n line 1802\n line 1803\n"
	if got := view(all[1]); got != wantView || all[1].Cause != "" {
		t.Errorf("%q %s\nwant\n%s", all[1].Cause, got, wantView)
	}
}

// TestCausesApart: each cause of a text is a Difference of its own, with what
// both sides have and where.
func TestCausesApart(t *testing.T) {
	l := "Linux version 6.1.5 (u@host-a) (gcc 12.2.0) #1 SMP Sun Nov 22 19:35:00 UTC 2026\nsame\nHOME=/home/a\nGONE=1\nVERSION=2\n"
	r := "Linux version 6.1.5 (u@host-b) (gcc 12.2.0) #1 SMP Mon Nov 23 20:36:01 UTC 2026\nsame\nHOME=/root\nVERSION=3\n"
	var got []Difference
	for _, d := range contents(t, "x", []byte(l), []byte(r), Options{}) {
		d.Lines, d.Kind = nil, ""
		got = append(got, d)
	}
	want := []Difference{
		{Cause: Hostname, Left: "(u@host-a) (", Right: "(u@host-b) (", Detail: "the host that compiled: line 1"},
		{Cause: Timestamp, Left: "Sun Nov 22 19:35:00 UTC 2026", Right: "Mon Nov 23 20:36:01 UTC 2026", Detail: "dates or times: line 1"},
		{Cause: User, Left: "HOME=/home/a", Right: "HOME=/root", Detail: "the value of HOME: line 3"},
		{Left: "HOME=/home/a", Right: "HOME=/root", Detail: "text differs: line 3"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestScatteredChanges: more edits than a limited search for the longest common
// subsequence finds by itself.
func TestScatteredChanges(t *testing.T) {
	var l, r strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&l, "unique %d\n/build/x/%d.c\n", i, i)
		fmt.Fprintf(&r, "unique %d\n/check/build/x/%d.c\n", i, i)
	}
	all := contents(t, "x", []byte(l.String()), []byte(r.String()), Options{})
	if len(all) < 1 || all[0].Cause != BuildPath || len(all[0].Lines) != 201 {
		t.Fatalf("%d differences, %d lines, %q", len(all), len(all[0].Lines), all[0].Cause)
	}
}

func TestHugeText(t *testing.T) {
	l := []byte(strings.Repeat("a line that is the same\n", 400000))
	r := bytes.Clone(l)
	r[len(r)/2], r[len(r)/2+24*300000/2] = 'X', 'Y'
	all := contents(t, "x", l, r, Options{})
	if len(all) != 1 || !strings.Contains(view(all[0]), "X") {
		t.Fatalf("%+v", all)
	}
	if !strings.Contains(all[0].Detail, "line 200001") {
		t.Error(all[0].Detail)
	}
	for i := 0; i < len(r); i += 240 {
		r[i] = 'Z'
	}
	all = contents(t, "x", l, r, Options{})
	if len(all) == 0 || !strings.Contains(all[0].Detail, "only the begin") {
		t.Fatalf("%+v", all[0].Detail)
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		name, path, left, right string
		kind                    Kind
		want                    Cause
	}{
		{"lines", "x", "first\nbb\naa\ncc\nlast\n", "first\ncc\naa\nbb\nlast\n", Order, Ordering},
		{"no line end at the end", "x", "cc\naa\nbb", "bb\ncc\naa", Order, Ordering},
		{"collation", "x", "Banana\nCherry\napple\n", "apple\nBanana\nCherry\n", Order, Locale},
		{"punctuation", "x", "a-b\na_c\naa\nabd\n", "aa\na-b\nabd\na_c\n", Order, Locale},
		{"log of make", "x", "  CC      a.o\n  CC      b.o\n  LD      x\n", "  CC      b.o\n  CC      a.o\n  LD      x\n", Order, Parallelism},
		{"log by name", "build.log", "b done\nc done\na done\n", "a done\nc done\nb done\n", Order, Parallelism},
		{"JSON", "x", `{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1}`, Order, Ordering},
		{"JSON with another value", "x", `{"a":1,"b":[1,2]}`, `{"b":[2,1],"a":1}`, Text, ""},
		{"JSON with other spaces", "x", `{"a":1, "b":2}`, `{"a":1,"b":2}`, Text, ""},
		{"one line more", "x", "bb\naa\ncc\n", "cc\naa\nbb\nbb\n", Text, ""},
		{"one line changed", "x", "bb\naa\ncc\n", "cc\naa\nbd\n", Text, ""},
	} {
		all := contents(t, c.path, []byte(c.left), []byte(c.right), Options{})
		if len(all) != 1 || all[0].Kind != c.kind || all[0].Cause != c.want {
			t.Errorf("%s: %+v", c.name, all)
		}
	}
}

func TestHexWindows(t *testing.T) {
	l := make([]byte, 4096)
	for i := range l {
		l[i] = byte(i * 29 % 251)
	}
	r := bytes.Clone(l)
	r[0x123] ^= 0xff
	all := contents(t, "x.bin", l, r, Options{})
	if len(all) != 1 || all[0].Left != "9c" || all[0].Right != "63" || all[0].Detail != "1 of 4096 bytes differ, first at 0x123" {
		t.Fatalf("%+v", all)
	}
	want := "@0x110\n 00000110  6b 88 a5 c2 df 01 1e 3b 58 75 92 af cc e9 0b 28  |k......;Xu.....(|\n" +
		"-00000120  45 62 7f 9c b9 d6 f3 15 32 4f 6c 89 a6 c3 e0 02  |Eb......2Ol.....|\n" +
		"+00000120  45 62 7f 63 b9 d6 f3 15 32 4f 6c 89 a6 c3 e0 02  |Eb.c....2Ol.....|\n" +
		" 00000130  1f 3c 59 76 93 b0 cd ea 0c 29 46 63 80 9d ba d7  |.<Yv.....)Fc....|\n"
	if got := view(all[0]); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestInsertedBytes(t *testing.T) {
	l := make([]byte, 5000)
	rand.Read(l)
	insert := func(b []byte, at int, what string) []byte {
		return append(append(bytes.Clone(b[:at]), what...), b[at:]...)
	}
	once := insert(l, 0x400, "\x01\x02\x00\xff\xfe")
	twice := insert(once, 0x800, "\x00\x01\xfe")
	for _, c := range []struct {
		name        string
		left, right []byte
		want        string
	}{
		{"inserted", l, once, "5 bytes inserted at 0x"}, // a byte may be the same by chance
		{"removed", once, l, "5 bytes removed at 0x"},
		{"at the end", l, append(bytes.Clone(l), 0, 0, 0), "3 bytes inserted at the end, at 0x1388, all others are the same: zeros"},
		{"two places", l, twice, "2 places, first at 0x"},
		{"empty", nil, l, "5000 bytes inserted at the end, at 0x0"},
	} {
		all := contents(t, "x", c.left, c.right, Options{})
		if len(all) != 1 || !strings.HasPrefix(all[0].Detail, c.want) {
			t.Errorf("%s: %+v", c.name, all)
		}
	}
}

// TestTextsInBytes: texts that differ are named, wherever they are.
func TestTextsInBytes(t *testing.T) {
	blob := func(texts ...string) []byte {
		b := []byte{0x7f, 0, 1, 2, 3, 0xff}
		for _, s := range texts {
			b = append(append(b, s...), 0, 0xff, 0x80, 1)
		}
		return b
	}
	for _, c := range []struct {
		name        string
		left, right []byte
		want        []Cause
		detail      string
	}{
		{"same length", blob("/build/a/x.c", "same text"), blob("/check/a/x.c", "same text"), []Cause{BuildPath}, "path /build/a/x.c against /check/a/x.c in x at 0x6"},
		{"longer", blob("other", "/build/a/x.c"), blob("other", "/check/build/a/x.c"), []Cause{BuildPath}, "path /build/a/x.c against /check/build/a/x.c in x at 0xf"},
		{"time", blob("at Nov 22 2026 10:11:12"), blob("at Nov 22 2026 10:14:12"), []Cause{Timestamp}, "time Nov 22 2026 10:11:12 against Nov 22 2026 10:14:12 in x at 0x6"},
		{"twice", blob("/build/a/x.c", "/build/a/x.c"), blob("/check/a/x.c", "/check/a/x.c"), []Cause{BuildPath}, "path /build/a/x.c against /check/a/x.c in x at 0x6, 0x16"},
		{"two causes", blob("/build/a/x.c", "Nov 22 2026"), blob("/check/build/a/x.c", "Nov 23 2026"), []Cause{BuildPath, Timestamp}, "path"},
		{"order", blob("gamma-1", "alpha-2", "beta-33"), blob("beta-33", "gamma-1", "alpha-2"), []Cause{""}, ""},
		{"order of unequal lengths", blob("gamma-1", "alpha-22", "beta-333", "x"), blob("beta-333", "gamma-1", "alpha-22", "xx"), []Cause{Ordering}, "the same texts"},
	} {
		all := contents(t, "x", c.left, c.right, Options{})
		var got []Cause
		for _, d := range all {
			if n := len(got); n == 0 || got[n-1] != d.Cause {
				got = append(got, d.Cause)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" || !strings.HasPrefix(all[0].Detail, c.detail) {
			t.Errorf("%s: %s%+v", c.name, d, all)
		}
	}
}

func TestClockInBytes(t *testing.T) {
	when := time.Date(2026, 11, 22, 19, 35, 0, 0, time.UTC)
	h := Hints{Clock: [2]Period{{when.Add(-time.Minute), when.Add(time.Hour)}, {when.AddDate(1, 0, 0), when.AddDate(1, 1, 0)}}}
	blob := func(t time.Time) []byte {
		b := binary.LittleEndian.AppendUint32(bytes.Repeat([]byte{0x80}, 40), uint32(t.Unix()))
		return binary.BigEndian.AppendUint64(append(b, make([]byte, 40)...), uint64(t.Unix()))
	}
	for _, c := range []struct {
		right time.Time
		want  Cause
	}{{when.AddDate(1, 0, 3), Timestamp}, {when.AddDate(3, 0, 3), ""}} {
		all := contents(t, "x", blob(when), blob(c.right), Options{Hints: h})
		if len(all) != 1 || all[0].Cause != c.want {
			t.Errorf("%+v", all)
		}
	}
}

func TestKnownFormats(t *testing.T) {
	pyc := func(mtime byte, flags byte, code string) []byte {
		return append([]byte{0xa7, 0x0d, '\r', '\n', flags, 0, 0, 0, mtime, 2, 3, 4, 9, 0, 0, 0}, code...)
	}
	for _, c := range []struct {
		name, path  string
		left, right []byte
		want        Cause
	}{
		{"gcda", "x.gcda", []byte("adcg*22A\x01\x00\x00\x00"), []byte("adcg*22A\x02\x00\x00\x00"), ProfileData},
		{"gcno is none", "x.gcno", []byte("oncg*22A\x01\x00\x00\x00"), []byte("oncg*22A\x02\x00\x00\x00"), ""},
		{"profraw", "x", []byte("\x81rforpl\xff\x01"), []byte("\x81rforpl\xff\x02"), ProfileData},
		{"pyc", "x.pyc", pyc(1, 0, "same code"), pyc(2, 0, "same code"), Timestamp},
		{"pyc by hash", "x.pyc", pyc(1, 1, "same code"), pyc(2, 1, "same code"), ""},
		{"pyc with other code", "x.pyc", pyc(1, 0, "some code\x00"), pyc(2, 0, "same code\x01"), ""},
		{"certificates", "x.der", certificate(t), certificate(t), SigningKey},
		{"certificates in PEM", "x.pem", pemOf("CERTIFICATE", certificate(t)), pemOf("CERTIFICATE", certificate(t)), SigningKey},
		{"other PEM", "x.pem", pemOf("PARAMETERS", []byte("abc")), pemOf("PARAMETERS", []byte("abd")), ""},
		{"signatures", "x.asc", []byte("-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n"), []byte("-----BEGIN PGP SIGNATURE-----\n\nabd=\n-----END PGP SIGNATURE-----\n"), SigningKey},
	} {
		all := contents(t, c.path, c.left, c.right, Options{})
		for _, d := range all {
			if d.Cause != c.want {
				t.Errorf("%s: %+v", c.name, d)
			}
		}
		if len(all) == 0 {
			t.Errorf("%s: nothing differs", c.name)
		}
	}
}

func pemOf(kind string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}) }

func certificate(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now()}
	b, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	must(t, err)
	return b
}

func signedModule(body, sig string) []byte {
	info := []byte{0, 0, 2, 0, 0, 0, 0, 0}
	return append(append(binary.BigEndian.AppendUint32(append([]byte(body+sig), info...), uint32(len(sig))), moduleMagic...), []byte{}...)
}

func TestModuleSignature(t *testing.T) {
	module := "\x00\x01module\x02\x03"
	for _, c := range []struct {
		name        string
		left, right []byte
		causes      []Cause
	}{
		{"key only", signedModule(module, "signature 1"), signedModule(module, "signature 2"), []Cause{SigningKey}},
		{"of another length", signedModule(module, "signature 1"), signedModule(module, "signature 22"), []Cause{SigningKey}},
		{"module too", signedModule(module, "signature 1"), signedModule(module+"\x01", "signature 2"), []Cause{"", ""}},
		{"module only", signedModule(module, "signature"), signedModule(module+"\x01", "signature"), []Cause{""}},
		{"one side", signedModule(module, "signature"), []byte(module), []Cause{""}},
	} {
		all := contents(t, "x.ko", c.left, c.right, Options{})
		var got []Cause
		for _, d := range all {
			got = append(got, d.Cause)
		}
		if d := cmp.Diff(c.causes, got); d != "" {
			t.Errorf("%s: %s%+v", c.name, d, all)
		}
	}
	lie := signedModule(module, "s")
	binary.BigEndian.PutUint32(lie[len(lie)-len(moduleMagic)-4:], 1<<31)
	if all := contents(t, "x.ko", lie, signedModule(module, "t"), Options{}); len(all) == 0 {
		t.Error("a signature that is longer than the file hides a difference")
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{"a\tb": "a\tb", "é": "é", "\x1b[31m": `\x1b[31m`, "\xff": `\xff`, "\u202e": `\u202e`, "\x00": `\x00`, "“": "“"} {
		if got := printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// failing is a side that cannot be read from some place on.
type failing struct {
	*bytes.Reader
	from int64
}

var errBroken = errors.New("broken medium")

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from {
		return 0, errBroken
	}
	return f.Reader.ReadAt(b, at)
}

func TestUnreadableIsAnError(t *testing.T) {
	l, r := make([]byte, 1<<20), make([]byte, 1<<20)
	r[0] = 1
	for _, from := range []int64{0, 100, 1 << 19} {
		_, err := Contents(context.Background(), "x", bytes.NewReader(l), failing{bytes.NewReader(r), from}, Options{})
		if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "x") {
			t.Errorf("%v", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Contents(ctx, "x", bytes.NewReader(l), bytes.NewReader(r), Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
