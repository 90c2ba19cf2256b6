package image

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// makeRPM builds a package whose payload is packed by gzip, xz, zstd or bzip2.
func makeRPM(t testing.TB, packer string) []byte {
	t.Helper()
	need(t, "rpmbuild")
	mode := map[string]string{"gzip": "w9.gzdio", "xz": "w2.xzdio", "zstd": "w3.zstdio", "bzip2": "w9.bzdio", "none": "w.ufdio"}[packer]
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x.spec"), []byte(`Name: x
Version: 1
Release: 2
Summary: an example
License: none
BuildArch: noarch
%description
An example.
%install
mkdir -p %{buildroot}/etc
echo text > %{buildroot}/etc/x
ln -s x %{buildroot}/etc/y
%files
/etc/x
/etc/y
%changelog
* Sat Jan 04 2020 A Person <a@example.org> - 1-2
- made
`), 0o644))
	shell(t, dir, `SOURCE_DATE_EPOCH=1600000000 rpmbuild --quiet -bb --define "_topdir $PWD/top" --define "_binary_payload `+mode+`" --define "_buildhost builder" \
		--define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" x.spec >&2; mv top/RPMS/noarch/*.rpm out`)
	return readFile(t, filepath.Join(dir, "out"))
}

func TestRPM(t *testing.T) {
	for packer, suffix := range map[string]string{"gzip": ".gz", "xz": ".xz", "zstd": ".zst", "bzip2": ".bz2", "none": ""} {
		data := makeRPM(t, packer)
		got := readAll(t, "x.rpm", data, Options{})
		payload := "payload.cpio" + suffix
		want := []string{"(header)", "(lead)", "(signature)", payload, payload + "!/etc/x", payload + "!/etc/y"}
		if d := cmp.Diff(want, paths(got)); d != "" {
			t.Errorf("%s: -want +got:\n%s", packer, d)
		}
		if x, y := got[4], got[5]; x.Sum != sumOf("text\n") || y.Link != "x" || x.Mode != 0o644 {
			t.Errorf("%s: %+v, %+v", packer, x, y)
		}
	}
	p := filepath.Join(t.TempDir(), "x.rpm")
	whole := makeRPM(t, "gzip")
	must(t, os.WriteFile(p, whole, 0o644))
	all := factsOf(t, p)
	for name, want := range map[string]string{"header name": "x", "header build time": "2020-09-13T12:26:40Z", "header build host": "builder", "header payload compressor": "gzip",
		"header changelog texts": "- made", "payload.cpio.gz/gzip/flags": "0x0"} {
		if all[name] != want {
			t.Errorf("%s is %q", name, all[name])
		}
	}
	for name, c := range map[string]struct {
		data  []byte
		place string
	}{
		"lead only": {whole[:96], "t!/(signature)"}, "signature": {damage(whole, 96, 0), "t!/(signature)"}, "count": {damage(whole, 104, 0xff), "t!/(signature)"},
		"tag": {damage(whole, 96+16+8, 0xff), "t!/(signature)"}, "cut": {whole[:len(whole)-20], "t!/payload"},
		"in the header": {whole[:len(whole)-200], "t!/(header)"}, "in the signature": {whole[:2000], "t!/(signature)"},
	} {
		_, err := tryRead("t", c.data, Options{Format: RPM})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRPM(f *testing.F) { fuzzFormat(f, RPM, makeRPM(f, "gzip"), makeRPM(f, "none")) }
