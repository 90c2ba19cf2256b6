package plan

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/archivetest"
)

func FuzzReadObservations(f *testing.F) {
	f.Add(archivetest.Tar([]archivetest.Entry{{Path: "./umask", Text: "umask\t022\n"}, {Path: "./kernel", Text: "release\t6.1\nversion\t#1\n"}}))
	f.Add(archivetest.Tar([]archivetest.Entry{{Path: "umask", Text: "no tab\n"}}))
	f.Add(archivetest.Tar([]archivetest.Entry{{Path: "d/"}, {Path: "d/l", Link: "x"}}))
	f.Add([]byte("no tar"))
	f.Fuzz(func(t *testing.T, data []byte) {
		seen, err := ReadObservations(bytes.NewReader(data))
		if err == nil && len(seen) > maxObservations {
			t.Errorf("%d axes", len(seen))
		}
	})
}

func TestReadObservations(t *testing.T) {
	got, err := ReadObservations(bytes.NewReader(archivetest.Tar([]archivetest.Entry{{Path: "./umask", Text: "umask\t022\nempty\t\n"}})))
	if v, ok := got["umask"]["empty"]; err != nil || got["umask"]["umask"] != "022" || !ok || v != "" {
		t.Errorf("%v, %v", got, err)
	}
	var large bytes.Buffer
	w := tar.NewWriter(&large)
	_ = w.WriteHeader(&tar.Header{Name: "umask", Typeflag: tar.TypeReg, Size: maxObservation + 1})
	for name, data := range map[string][]byte{
		"a line without a tab": archivetest.Tar([]archivetest.Entry{{Path: "umask", Text: "022\n"}}),
		"a file too large":     large.Bytes(),
	} {
		if _, err := ReadObservations(bytes.NewReader(data)); err == nil || !strings.Contains(err.Error(), "umask") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
