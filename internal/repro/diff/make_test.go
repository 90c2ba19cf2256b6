package diff

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// item is a member of an archive.
type item struct {
	tar.Header
	text string
}

var when = time.Unix(1700000000, 0).UTC()

func file(name, text string) item {
	return item{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, ModTime: when, Format: tar.FormatPAX}, text}
}

// with returns the item with its header changed.
func (i item) with(change func(*tar.Header)) item {
	change(&i.Header)
	return i
}

func makeTar(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range items {
		i.Size = int64(len(i.text))
		must(t, w.WriteHeader(&i.Header))
		_, err := io.WriteString(w, i.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func makeCPIO(items ...item) []byte {
	var b bytes.Buffer
	for n, i := range append(items, item{tar.Header{Name: "TRAILER!!!"}, ""}) {
		h := fmt.Sprintf("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", n, 0o100000|i.Mode, 0, 0, 1, 1700000000, len(i.text), 0, 0, 0, 0, len(i.Name)+1, 0) + i.Name + "\x00"
		b.WriteString(h + strings.Repeat("\x00", (4-len(h)%4)%4) + i.text + strings.Repeat("\x00", (4-len(i.text)%4)%4))
	}
	return b.Bytes()
}

func makeZip(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, i := range items {
		f, err := w.CreateHeader(&zip.FileHeader{Name: i.Name, Method: zip.Deflate, Modified: when})
		must(t, err)
		_, err = io.WriteString(f, i.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func makeAr(items ...item) []byte {
	var members []archivetest.Member
	for _, i := range items {
		members = append(members, archivetest.Member{Name: i.Name, Data: []byte(i.text)})
	}
	return archivetest.Ar(members...)
}

func gzipped(data []byte, change ...func(*gzip.Header)) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for _, c := range change {
		c(&w.Header)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func content(name string, data []byte) Content {
	return Content{name, int64(len(data)), bytes.NewReader(data)}
}

// read compares two artifacts that have the same name.
func read(t testing.TB, name string, left, right []byte, opt Options) *Result {
	t.Helper()
	if opt.Leaf == nil {
		opt.Leaf = ExplainBytes
	}
	r, err := Read(context.Background(), content(name, left), content(name, right), opt)
	must(t, err)
	return r
}

// told is a difference without its lines: "etc/x > y: mode (permissions) 0644/0755: detail".
func told(d explain.Difference) string {
	text := strings.Join(d.Path, " > ") + ": " + string(d.Kind) + cause(d)
	if d.Left != "" || d.Right != "" {
		text += " " + d.Left + "|" + d.Right
	}
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	return text
}

// tell tells differences but those of fields, which are the formats' own.
func tell(found []explain.Difference) []string {
	out := []string{}
	for _, d := range found {
		if d.Kind != explain.Field {
			out = append(out, told(d))
		}
	}
	return out
}

// shell runs a script whose programs CI must have.
func shell(t testing.TB, dir, script string, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("CI must have %s", p)
			}
			t.Skipf("there is no %s", p)
		}
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}
