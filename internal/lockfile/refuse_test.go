package lockfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestParseRefuses changes the text of a good lock in one place and looks for
// what is said about it, and at which line.
func TestParseRefuses(t *testing.T) {
	good := string(mustNew(t, example()).Format())
	make1 := string(sum("make"))
	tests := []struct {
		name, old, new string
		want           string // part of the diagnostic
		line           string // text of the line that it points to, after the change; empty: not checked
	}{
		{"unknown version", "version = 1", "version = 2", "this dombuild reads version 1 of the lock format; this lock has version 2", "version = 2"},
		{"version of another type", "version = 1", `version = "1"`, "not a whole number", `version = "1"`},
		{"no lock block", "lock {", "lick {", "a lock begins with the block lock", ""},
		{"syntax", "lock {", "lock {{", "", ""},
		{"merge conflict", "lock {", "<<<<<<< ours\nlock {", "take either side and run dombuild lock", "<<<<<<< ours"},
		{"a comment", "lock {", "# mine\nlock {", "lock is not in canonical form", "# mine"},
		{"spaces", "version = 1", "version =  1", "lock is not in canonical form", "version =  1"},
		{"no newline at the end", "\"xen\"\n}\n", "\"xen\"\n}", "lock is not in canonical form", "}"},
		{"text after the end", "\"xen\"\n}\n", "\"xen\"\n}\n\n", "lock is not in canonical form", ""},
		{"carriage returns", "version = 1\n", "version = 1\r\n", "lock is not in canonical form", ""},
		{"an expression", "version = 1\n", "version = 2 - 1\n", "lock is not in canonical form", "version = 2 - 1"},
		{"another order", "    \"libc6\",\n    \"make\",\n", "    \"make\",\n    \"libc6\",\n", "here it says \"libc6\",", `"make",`},
		{"unknown attribute", "version = 1", "version = 1\n  mirror = \"m\"", `no attribute "mirror"`, `mirror = "m"`},
		{"attribute outside", "lock {", "mirror = 1\nlock {", `no attribute "mirror"`, "mirror = 1"},
		{"unknown block", "lock {", "mirror {\n}\nlock {", `no block "mirror"`, "mirror {"},
		{"unknown nested block", "    deb \"make\" {", "    rpm \"make\" {", `no block "rpm"`, `rpm "make" {`},
		{"label missing", "toolchain \"base\" {", "toolchain {", "has 1 labels", "toolchain {"},
		{"attribute missing", "  name         = \"debian\"\n", "", `"name" is not there`, `distribution "debian" {`},
		{"digest of another length", make1, make1[:len(make1)-1], "invalid checksum digest length", ""},
		{"digest in capitals", make1, "sha256:" + strings.ToUpper(make1[7:]), "invalid checksum digest format", ""},
		{"md5", make1, "md5:d41d8cd98f00b204e9800998ecf8427e", "md5 is not an algorithm", "md5:"},
		{"sha1", make1, "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "sha1 is not an algorithm", "sha1:"},
		{"sha384", make1, "sha384:38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b", "sha384 is not an algorithm", ""},
		{"path leaves the archive", "pool/main/m/make-dfsg/make_", "pool/../../make_", "is not a clean path", "pool/../.."},
		{"absolute path", "\"pool/main/m/", "\"/pool/main/m/", "is not a clean path", `"/pool/main/m`},
		{"path to the parent", "pool/main/m/make-dfsg/make_4.3-4.1_amd64.deb", "..", "is not a clean path", `".."`},
		{"a mirror's address", "\"pool/main/m/", "\"http://mirror.example/pool/main/m/", "is not a clean path", ""},
		{"backslash", "\"pool/main/m/", `"pool\\main/m/`, "is not a clean path", ""},
		{"name of a file is not its path's", `file "xen_4.17.5.orig.tar.xz"`, `file "xen.tar.xz"`, "is not where a file", "path   ="},
		{"package twice", "    deb \"make\" {", "    deb \"libc6\" {", "libc6 is pinned twice", `deb "libc6" {`},
		{"toolchain without its pin", "    \"libc6\",\n", "    \"libc5\",\n", "package libc5 is not pinned", "packages ="},
		{"asked for, and not pinned", "requested = [\n", "requested = [\n    \"gcc\",\n", "package gcc was asked for and is not among the packages", "requested ="},
		{"asked for in another version", "requested = [\n    \"make\"", "requested = [\n    \"make=4.4\"", "version 4.4 of package make was asked for, and 4.3-4.1 is pinned", "requested ="},
		{"pin that nobody names", "    \"libc6\",\n", "", "no toolchain names package libc6", `deb "libc6" {`},
		{"source without its pin", `dsc  = "xen"`, `dsc  = "zen"`, `source package "zen" is not pinned`, `dsc  = "zen"`},
		{"unknown distribution", "toolchain \"base\" {\n  from = \"debian\"", "toolchain \"base\" {\n  from = \"fedora\"", "distribution.fedora has no pins", ""},
		{"unknown kind of vouching", `vouched "inrelease"`, `vouched "hearsay"`, `"hearsay" is not known`, `vouched "hearsay" {`},
		{"unknown vouching of a file", `vouched = "recipe"`, `vouched = "hearsay"`, `"hearsay" is not known`, ""},
		{"nobody signed", "signers = [\n      \"" + signer + "\",\n    ]", "signers = [\n    ]", "nobody signed", ""},
		{"short fingerprint", signer, signer[:16], "is not a fingerprint", "signers ="},
		{"bad date", "2025-06-01T12:00:00Z", "1 June", "not a date", "1 June"},
		{"date in a zone", "2025-06-01T12:00:00Z", "2025-06-01T12:00:00+02:00", "lock is not in canonical form", ""},
		{"negative size", "size         = 2\n", "size         = -2\n", "is not the size of a file", "-2"},
		{"fraction", "size         = 2\n", "size         = 2.5\n", "not a whole number", "2.5"},
		{"one digest with two sizes", make1, string(sum("libc6")), "has 2 bytes here and 1 in another pin", "size"},
		{"one path with two digests", "pool/main/m/make-dfsg/make_4.3-4.1_amd64.deb", "pool/main/g/glibc/libc6_2.36-9+deb12u10_amd64.deb", "in another pin", "digest"},
		{"bad package name", "    deb \"make\" {", "    deb \"Make\" {", "is not a name of a package", `deb "Make" {`},
		{"bad version", `"4.3-4.1"`, `"4.3 4.1"`, "is not a version", ""},
		{"file url", "https://example.org/", "file:///", "is not an http or https URL", "url"},
		{"url with a password", "https://example.org/", "https://a:b@example.org/", "is not an http or https URL", "url"},
		{"bad address", `toolchain "base"`, `toolchain "ba se"`, "is not the address", `toolchain "ba se" {`},
		{"patches that nobody applies", "patches = true", "patches = false", "no source of xen has patches = true", `file "xen_4.17.5-1.debian.tar.xz" {`},
		{"patches of another type", "patches = true", `patches = "true"`, "not true or false", `patches = "true"`},
		{"null", `suite        = "bookworm"`, `suite        = null`, "not a string", ""},
		{"variable", `suite        = "bookworm"`, `suite        = var.suite`, "not a string", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("%q is not in the lock", tt.old)
			}
			src := strings.Replace(good, tt.old, tt.new, 1)
			_, err := Parse("x.lock.hcl", []byte(src))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if tt.line != "" && !pointsAt(e, src, tt.line) {
				t.Errorf("nothing points at %q:\n%v", tt.line, err)
			}
		})
	}
}

func pointsAt(e *Error, src, text string) bool {
	lines := strings.Split(src, "\n")
	for _, d := range e.Diags {
		if n := d.Subject.Start.Line; n > 0 && n <= len(lines) && strings.Contains(lines[n-1], text) {
			return true
		}
	}
	return false
}

func TestAllProblemsAtOnce(t *testing.T) {
	src := strings.NewReplacer("pool/", "../", "sha256:", "md5:").Replace(string(mustNew(t, example()).Format()))
	_, err := Parse("x.lock.hcl", []byte(src))
	var e *Error
	if !errors.As(err, &e) || len(e.Diags) < 15 {
		t.Fatalf("got %v", err)
	}
	for i := 1; i < len(e.Diags); i++ {
		if e.Diags[i].Subject.Start.Line < e.Diags[i-1].Subject.Start.Line {
			t.Errorf("diagnostics are not in the order of the text:\n%v", err)
			break
		}
	}
	var b strings.Builder
	if err := e.Write(&b, false, 80); err != nil || !strings.Contains(b.String(), "on x.lock.hcl line") {
		t.Errorf("Write: %v\n%s", err, b.String())
	}
}

func TestNewRefusesWithoutAText(t *testing.T) {
	c := example()
	c.Toolchains = append(c.Toolchains, c.Toolchains[0])
	c.Recipe = "md5:x"
	_, err := New(c)
	for _, want := range []string{"bad digest: lock: ", "duplicate pin: toolchain base: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestNewDoesNotKeepWhatItWasGiven(t *testing.T) {
	c := example()
	l := mustNew(t, c)
	before := string(l.Format())
	c.Distributions[0].Vouched[0].Debs[0].Version = "0"
	c.Toolchains[0].Packages[0] = "x"
	got := l.Content()
	got.Distributions[0].Vouched[0].Signers[0] = "x"
	if string(l.Format()) != before {
		t.Error("a lock changes with the content it was made of")
	}
}

func FuzzParse(f *testing.F) {
	good := mustNew(f, example()).Format()
	f.Add(good)
	f.Add([]byte("lock {\n  version = 1\n}\n"))
	f.Add([]byte(strings.Replace(string(good), "make", "..", 3)))
	f.Fuzz(func(t *testing.T, src []byte) {
		l, err := Parse("x", src)
		if err != nil {
			_ = err.Error()
			return
		}
		if string(l.Format()) != string(src) {
			t.Errorf("accepted text is not canonical")
		}
		for _, p := range l.Pins() {
			if p.Digest.Validate() != nil || strings.Contains("/"+p.Path+"/", "/../") {
				t.Errorf("accepted %s", p)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	c := example()
	v := &c.Distributions[0].Vouched[0]
	for i := range 400 {
		d := v.Debs[0]
		d.Name = fmt.Sprintf("make%d", i)
		d.Filename = fmt.Sprintf("pool/%d.deb", i)
		v.Debs = append(v.Debs, d)
		c.Toolchains[0].Packages = append(c.Toolchains[0].Packages, d.Name)
	}
	src := mustNew(b, c).Format()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Parse("x", src); err != nil {
			b.Fatal(err)
		}
	}
}
