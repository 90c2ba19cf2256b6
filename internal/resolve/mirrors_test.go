package resolve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
)

func host(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestMirrorsOfTheHost(t *testing.T) {
	root := host(t, map[string]string{
		"etc/apt/sources.list": "# deb http://commented.example/debian bookworm main\n" +
			"deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib # why\n" +
			"deb-src\thttp://one.example/debian\tbookworm main\n" +
			"deb cdrom:[Debian]/ bookworm main\n" +
			"deb file:///srv/debian/ sid main\n" +
			"deb http://one.example/debian-security bookworm-security main\n" +
			"deb https://vendor.example/repo trixie main\n" +
			"nonsense\n",
		"etc/apt/sources.list.d/b.sources": "# comment\nTypes: deb deb-src\nURIs: https://two.example/debian https://three.example/debian\n" +
			"# comment\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By:\n -----BEGIN\n .\n x\n \n\n" +
			"Types: deb\nURIs: https://off.example/debian\nSuites: bookworm\nEnabled: no\n",
		"etc/apt/sources.list.d/ignored.save": "deb http://saved.example/debian bookworm main\n",
	})
	m, err := LoadMirrors(filepath.Join(root, "no-config.hcl"), root)
	if err != nil {
		t.Fatal(err)
	}
	for ask, want := range map[string][]string{
		"debian bookworm":          {"http://one.example/debian", "https://two.example/debian", "https://three.example/debian"},
		"debian bookworm-security": {"http://one.example/debian-security"},
		"debian sid":               {"file:///srv/debian/"},
		"debian forky":             {"http://one.example/debian", "file:///srv/debian/", "https://two.example/debian", "https://three.example/debian"},
		"debian trixie":            {"https://vendor.example/repo"},
		"fedora 42":                nil,
	} {
		distribution, suite, _ := strings.Cut(ask, " ")
		if diff := cmp.Diff(want, m.Bases(distribution, suite)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ask, diff)
		}
	}
}

// TestMirrorsOfTheEnvironment has variables, which go before the configuration.
func TestMirrorsOfTheEnvironment(t *testing.T) {
	root := host(t, map[string]string{
		"config.hcl":           "mirror \"debian\" {\n  urls = [\"https://mine.example/debian/\"]\n}\nmirror \"ubuntu\" {\n  urls = [\"https://mine.example/ubuntu\"]\n}\n",
		"etc/apt/sources.list": "deb http://one.example/debian bookworm main\n",
	})
	t.Setenv("DOMBUILD_MIRROR_DEBIAN", "https://first.example/debian  file:///srv/debian")
	t.Setenv("DOMBUILD_MIRROR_UBUNTU", "")
	t.Setenv("DOMBUILD_MIRROR_FEDORA_UPDATES", "https://first.example/$releasever")
	m, err := LoadMirrors(filepath.Join(root, "config.hcl"), root)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ got, want []string }{
		"debian":         {m.Bases("debian", "bookworm"), []string{"https://first.example/debian", "file:///srv/debian"}},
		"ubuntu":         {m.Bases("ubuntu", "noble"), []string{"https://mine.example/ubuntu"}},
		"fedora/updates": {m.Repository("fedora", "42", "updates", "x86_64"), []string{"https://first.example/42"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	t.Setenv("DOMBUILD_MIRROR_DEBIAN", "ftp://first.example/debian")
	if _, err := LoadMirrors(filepath.Join(root, "config.hcl"), root); err == nil || !strings.Contains(err.Error(), `DOMBUILD_MIRROR_DEBIAN: "ftp://first.example/debian" is not`) {
		t.Errorf("%v", err)
	}
}

func TestMirrorsOfTheConfiguration(t *testing.T) {
	root := host(t, map[string]string{
		"config.hcl":           "mirror \"debian\" {\n  urls = [\"https://mine.example/debian/\", \"file:///srv/d\"]\n}\n",
		"etc/apt/sources.list": "deb http://one.example/debian bookworm main\n",
	})
	m, err := LoadMirrors(filepath.Join(root, "config.hcl"), root)
	if err != nil {
		t.Fatal(err)
	}
	got := m.URLs(lockfile.Pin{Distribution: "debian", Suite: "bookworm", Path: "pool/g++_1%3a2+b1~x.deb"})
	want := []string{"https://mine.example/debian/pool/g++_1%253a2+b1~x.deb", "file:///srv/d/pool/g++_1%253a2+b1~x.deb"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := m.URLs(lockfile.Pin{URL: "https://x.example/a"}); len(got) != 1 || got[0] != "https://x.example/a" {
		t.Error(got)
	}
}

func TestBadConfiguration(t *testing.T) {
	for text, want := range map[string]string{
		"mirror \"debian\" {\n  url = \"x\"\n}\n":        "Missing required argument",
		"mirror \"debian\" {\n  urls = [\"ftp://x\"]\n}": "is not an http, https or file URL",
		"mirror {": "config.hcl:1",
	} {
		root := host(t, map[string]string{"config.hcl": text})
		_, err := LoadMirrors(filepath.Join(root, "config.hcl"), root)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPasswordOfAMirror has a mirror that wants a password and is not trusted:
// the message does not tell it.
func TestPasswordOfAMirror(t *testing.T) {
	a := newArchive(t)
	const index = "/debian/dists/bookworm/main/binary-amd64/Packages.gz"
	for name, change := range map[string]func(data []byte) []byte{
		"other bytes": func(data []byte) []byte { return append(data[:len(data)-1], data[len(data)-1]^1) },
		"more bytes":  func(data []byte) []byte { return append(data, 'x') },
		"untrusted":   nil,
	} {
		a.publish()
		opt := a.options()
		opt.Mirrors.configured["debian"] = []string{strings.Replace(a.server.URL, "://", "://me:secret@", 1) + "/debian"}
		if change == nil {
			a.files["/debian/dists/bookworm/InRelease"] = []byte("x")
		} else {
			hash := "/debian/dists/bookworm/main/binary-amd64/by-hash/SHA256/" + digest.FromBytes(a.files[index]).Encoded()
			a.files[hash] = change(a.files[index])
			a.files[index] = a.files[hash]
		}
		_, err := Lock(t.Context(), a.recipe(), nil, opt)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "me:xxxxx@") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
