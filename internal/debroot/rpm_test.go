package debroot

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// makeRPMs builds the packages of a spec file, with payloads packed that way.
func makeRPMs(t *testing.T, spec, payload string) []Deb {
	t.Helper()
	if _, err := exec.LookPath("rpmbuild"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must have rpmbuild")
		}
		t.Skip("rpmbuild is not there (make testdeps)")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.spec"), []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("rpmbuild", "--quiet", "-bb", "--define", "_topdir "+dir+"/top", "--define", "_binary_payload "+payload, "--nodeps", "x.spec")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(dir + "/top/RPMS/*/*.rpm")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var rpms []Deb
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		rpms = append(rpms, rpmOf(filepath.Base(f), data))
	}
	return rpms
}

func rpmOf(name string, data []byte) Deb {
	return Deb{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

func bytesOf(t *testing.T, d Deb) []byte {
	t.Helper()
	r, err := d.Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const rpmSpec = `Name: filesystem
Version: 1
Release: 1
Summary: links
License: none
BuildArch: noarch
%description
Links.
%package -n tool
Summary: a tool
%description -n tool
A tool.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib64 %{buildroot}/top
ln -s usr/bin %{buildroot}/bin
ln -s bin %{buildroot}/usr/sbin
ln -s usr/lib64 %{buildroot}/lib64
echo a > %{buildroot}/usr/bin/a
ln %{buildroot}/usr/bin/a %{buildroot}/usr/bin/b
echo s > %{buildroot}/usr/bin/s
echo ld > %{buildroot}/usr/bin/ld.bfd
echo lib > %{buildroot}/usr/lib64/libx.so.1
ln -s libx.so.1 %{buildroot}/usr/lib64/libx.so
%files
/bin
/lib64
/usr/sbin
%dir /usr/bin
%files -n tool
/usr/bin/a
/usr/bin/b
%attr(4755,root,root) /usr/bin/s
/usr/bin/ld.bfd
/usr/lib64/*
%ghost /etc/ghost
`

// rootOf assembles and lists: path, type, mode and link or content.
func rootOf(t *testing.T, rpms []Deb) (map[string]string, []byte, error) {
	t.Helper()
	var out bytes.Buffer
	if err := AssembleRPM(context.Background(), rpms, &out, Options{Epoch: 1}); err != nil {
		return nil, nil, err
	}
	list := map[string]string{}
	tr := tar.NewReader(bytes.NewReader(out.Bytes()))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return list, out.Bytes(), nil
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		list[strings.TrimSuffix(h.Name, "/")] = string(h.Typeflag) + " " + h.FileInfo().Mode().Perm().String() + " " + h.Linkname + string(text)
	}
}

func TestAssembleRPM(t *testing.T) {
	var first []byte
	for _, payload := range []string{"w9.gzdio", "w2.xzdio", "w3.zstdio"} {
		rpms := makeRPMs(t, rpmSpec, payload)
		list, data, err := rootOf(t, rpms)
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{
			"usr/bin/a": "0 -rw-r--r-- a\n", "usr/bin/b": "1 -rw-r--r-- usr/bin/a", "usr/bin/s": "0 -rwxr-xr-x s\n", "usr/sbin": "2 -rwxrwxrwx bin",
			"bin": "2 -rwxrwxrwx usr/bin", "usr/lib64/libx.so": "2 -rwxrwxrwx libx.so.1", "usr/bin/ld": "2 -rwxrwxrwx ld.bfd", "etc/ghost": "",
		} {
			if list[path] != want {
				t.Errorf("%s: %s: %q", payload, path, list[path])
			}
		}
		rpms[0], rpms[1] = rpms[1], rpms[0]
		if _, again, err := rootOf(t, rpms); err != nil || !bytes.Equal(again, data) {
			t.Errorf("another order gives other bytes, %v", err)
		}
		if first = append(first, data...); !bytes.Equal(first[:len(data)], data) {
			t.Error("another compression gives other bytes")
		}
	}
}

// TestFollowLinks has a package with files below another one's link.
func TestFollowLinks(t *testing.T) {
	links := makeRPMs(t, rpmSpec, "w9.gzdio")
	below := makeRPMs(t, "Name: below\nVersion: 1\nRelease: 1\nSummary: x\nLicense: none\nBuildArch: noarch\n%description\nx\n%install\nmkdir -p %{buildroot}/usr/sbin\necho x > %{buildroot}/usr/sbin/x\n%files\n%dir /usr/sbin\n/usr/sbin/x\n", "w9.gzdio")
	list, _, err := rootOf(t, append(links, below...))
	if err != nil || list["usr/bin/x"] != "0 -rw-r--r-- x\n" || list["usr/sbin"] != "2 -rwxrwxrwx bin" {
		t.Errorf("%q %q %v", list["usr/bin/x"], list["usr/sbin"], err)
	}
	other := makeRPMs(t, "Name: other\nVersion: 1\nRelease: 1\nSummary: x\nLicense: none\nBuildArch: noarch\n%description\nx\n%install\nmkdir -p %{buildroot}/usr/sbin\necho y > %{buildroot}/usr/sbin/x\n%files\n/usr/sbin/x\n", "w9.gzdio")
	if _, _, err := rootOf(t, append(append(links, below...), other...)); err == nil || !strings.Contains(err.Error(), "conflict at /usr/bin/x") {
		t.Errorf("%v", err)
	}
	if _, err := follow(map[string]string{"a": "b", "b": "a"}, "a/x", maxLinks); err == nil {
		t.Error("a loop of links leads nowhere")
	}
}

// TestRPMRefused changes a package as an attacker would who can make its
// digest fit.
func TestRPMRefused(t *testing.T) {
	var tool []byte
	for _, d := range makeRPMs(t, rpmSpec, "w.ufdio") {
		if strings.HasPrefix(d.Name, "tool") {
			tool = bytesOf(t, d)
		}
	}
	swap := func(old, with string) []byte {
		i := bytes.LastIndex(tool, []byte(old))
		if i < 0 || len(old) != len(with) {
			t.Fatalf("%q is not there", old)
		}
		out := bytes.Clone(tool)
		copy(out[i:], with)
		return out
	}
	for name, c := range map[string]struct {
		data []byte
		say  string
	}{
		"path traversal": {swap("./usr/bin/ld.bfd", "./../../../bfd.x"), `".."`},
		"another name":   {swap("./usr/bin/ld.bfd", "./usr/bin/ld.xyz"), "the header does not list it"},
		"twice":          {swap("./usr/bin/ld.bfd", "./usr/bin/.//./a"), "occurs twice"},
		"no package":     {[]byte("text"), "lead"},
		"cut":            {tool[:len(tool)-300], ""},
		"source":         {append([]byte("\xed\xab\xee\xdb\x03\x00\x00\x01"), tool[8:]...), "not a binary package"},
	} {
		_, _, err := rootOf(t, []Deb{rpmOf("tool.rpm", c.data)})
		if err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
	two := []Deb{rpmOf("1.rpm", tool), rpmOf("2.rpm", tool)}
	if _, _, err := rootOf(t, two); err == nil || !strings.Contains(err.Error(), "are the same package") {
		t.Errorf("%v", err)
	}
}

// FuzzAssembleRPM wants errors, not panics, of damaged packages.
func FuzzAssembleRPM(f *testing.F) {
	f.Add([]byte("\xed\xab\xee\xdb"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = AssembleRPM(context.Background(), []Deb{rpmOf("x.rpm", data)}, io.Discard, Options{TempDir: os.TempDir(), Limits: Limits{Bytes: 1 << 20, Entries: 1000}})
	})
}
