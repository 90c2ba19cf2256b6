package resolve

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/vouch"
)

const (
	messageHeader = "-----BEGIN PGP SIGNED MESSAGE-----\n"
	signatureEnd  = "\n-----END PGP SIGNATURE-----\n"
)

const inReleasePath = "/debian/dists/bookworm/InRelease"

// TestUntrusted breaks the chain in one place; nothing may come of it.
func TestUntrusted(t *testing.T) {
	edit := func(old, new string) func(*testArchive, *recipe.Recipe) {
		return func(a *testArchive, _ *recipe.Recipe) {
			data := a.files[inReleasePath]
			if !bytes.Contains(data, []byte(old)) {
				a.t.Fatalf("%q is not in %s", old, data)
			}
			a.files[inReleasePath] = bytes.Replace(data, []byte(old), []byte(new), 1)
		}
	}
	field := func(name, value string) func(*testArchive, *recipe.Recipe) {
		return func(a *testArchive, _ *recipe.Recipe) {
			a.release[name] = value
			a.publish()
		}
	}
	tests := []struct {
		name   string
		change func(*testArchive, *recipe.Recipe)
		want   string
	}{
		{"text before the message", edit(messageHeader, "Suite: bookworm\n"+messageHeader), "does not begin with the header"},
		{"empty line before the message", edit(messageHeader, "\n"+messageHeader), "does not begin with the header"},
		{"text after the signature", edit(signatureEnd, signatureEnd+"SHA256:\n"), "text after the signature"},
		{"a second message", func(a *testArchive, _ *recipe.Recipe) {
			a.files[inReleasePath] = append(a.files[inReleasePath], a.files[inReleasePath]...)
		}, "text after the signature"},
		{"cut off", func(a *testArchive, _ *recipe.Recipe) { a.files[inReleasePath] = a.files[inReleasePath][:400] }, "not a whole clearsigned message"},
		{"empty", func(a *testArchive, _ *recipe.Recipe) { a.files[inReleasePath] = nil }, "does not begin with the header"},
		{"signed text changed", edit("Origin: Test", "Origin: Best"), "does not fit the text"},
		{"a header of the message that is not signed", edit(messageHeader, messageHeader+"Suite: bookworm\n"), "not a whole clearsigned message"},
		{"another key", func(a *testArchive, r *recipe.Recipe) {
			a.key = archivetest.NewKey(now.AddDate(-1, 0, 0), 0)
			a.publish()
		}, "not in the keyring"},
		{"expired key", func(a *testArchive, r *recipe.Recipe) {
			a.key = archivetest.NewKey(now.AddDate(0, 0, -20), 15*24*3600)
			r.Distributions[0].Keyring = keyring(a.key)
			a.publish()
		}, "expired"},
		{"revoked key", func(a *testArchive, r *recipe.Recipe) {
			if err := a.key.RevokeKey(packet.KeyCompromised, "", &packet.Config{Time: func() time.Time { return now.AddDate(0, 0, -2) }}); err != nil {
				a.t.Fatal(err)
			}
			r.Distributions[0].Keyring = keyring(a.key)
		}, "revoked"},
		{"signed in the future", func(a *testArchive, _ *recipe.Recipe) {
			a.files[inReleasePath] = archivetest.Clearsign("Suite: bookworm\n", now.AddDate(0, 0, 3), a.key)
		}, "no good signature"},
		{"another suite", func(a *testArchive, _ *recipe.Recipe) {
			a.release["Suite"], a.release["Codename"] = "testing", "trixie"
			a.publish()
		}, `suite "testing", codename "trixie", and "bookworm" was asked for`},
		{"no longer valid", field("Valid-Until", "Sat, 28 Jun 2025 12:00:00 UTC"), "valid until 2025-06-28"},
		{"dated in the future", field("Date", "Sat, 05 Jul 2025 12:00:00 UTC"), "in the future"},
		{"no date", field("Date", ""), "is not a date"},
		{"two digests of one index", field("SHA256", "\n "+strings.Repeat("0", 64)+" 1 a\n "+strings.Repeat("1", 64)+" 1 a\nX:"), "has two digests"},
		{"bad digest", field("SHA256", "\n 00 1 a\nX:"), "cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newArchive(t)
			r := a.recipe()
			tt.change(a, r)
			_, err := Lock(context.Background(), r, nil, a.options())
			var e *UntrustedError
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "InRelease of debian bookworm") {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestRollback(t *testing.T) {
	a := newArchive(t)
	r := a.recipe()
	old := lock(t, a, r, nil)
	a.release["Date"] = now.AddDate(0, 0, -8).Format(time.RFC1123)
	a.publish()
	_, err := Update(context.Background(), r, old, nil, a.options())
	var e *UntrustedError
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "rollback: it is dated 2025-06-23") {
		t.Errorf("got %v", err)
	}
	// A keyring that changed does not make the lock forget what it saw.
	k := &r.Distributions[0].Keyring
	k.Content = append(k.Content, k.Content...)
	k.Digest = k.Digest.Algorithm().FromBytes(k.Content)
	if _, err := Lock(context.Background(), r, old, a.options()); !errors.As(err, &e) {
		t.Errorf("got %v", err)
	}
}

// TestIndexes serves wrong indexes, or only some of their forms.
func TestIndexes(t *testing.T) {
	each := func(a *testArchive, part string, change func([]byte) []byte) {
		for path, data := range a.files {
			if strings.Contains(path, part) {
				if a.files[path] = change(data); a.files[path] == nil {
					delete(a.files, path)
				}
			}
		}
	}
	none := func([]byte) []byte { return nil }
	flip := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 1; return b }
	resign := func(a *testArchive, edit func(string) string) {
		block, _ := vouch.SplitMessage(a.files[inReleasePath])
		a.files[inReleasePath] = archivetest.Clearsign(edit(string(block.Plaintext)), now.AddDate(0, 0, -7), a.key)
	}
	tests := []struct {
		name   string
		change func(*testArchive)
		want   string // of an *IntegrityError after "bad: ", of another error, or "" for a good lock
	}{
		{"by hash only", func(a *testArchive) { each(a, "Packages.", none) }, ""},
		{"without by-hash files", func(a *testArchive) { each(a, "by-hash", none) }, ""},
		{"by-hash not offered", func(a *testArchive) { a.release["Acquire-By-Hash"] = "no"; a.publish(); each(a, "by-hash", none) }, ""},
		{"by hash bad, plain good", func(a *testArchive) { each(a, "by-hash", flip) }, ""},
		{"a byte changed", func(a *testArchive) { each(a, "binary-amd64", flip) }, "bad: index main/binary-amd64/Packages.gz"},
		{"a byte more", func(a *testArchive) {
			each(a, "binary-amd64", func(b []byte) []byte { return append(bytes.Clone(b), 0) })
		}, "bad: index main/binary-amd64/Packages.gz"},
		{"endless", func(a *testArchive) {
			each(a, "binary-amd64", func(b []byte) []byte { return append(bytes.Clone(b), make([]byte, 1<<20)...) })
		}, "bad: index main/binary-amd64/Packages.gz"},
		{"sources changed", func(a *testArchive) { each(a, "main/source", flip) }, "bad: index main/source/Sources.gz"},
		{"not there", func(a *testArchive) { each(a, "binary-amd64", none) }, "404"},
		{"only xz", func(a *testArchive) {
			resign(a, func(s string) string { return withoutLines(s, "Packages.gz") })
			each(a, "Packages.gz", none)
		}, ""},
		{"longer than the release says", func(a *testArchive) {
			resign(a, func(s string) string {
				lines := strings.Split(s, "\n")
				for i, line := range lines {
					if strings.HasSuffix(line, "/Packages") {
						lines[i] = " " + strings.Fields(line)[0] + " 10 main/binary-amd64/Packages"
					}
				}
				return strings.Join(lines, "\n")
			})
		}, "it has more than 10 bytes"},
		{"no index of packages", func(a *testArchive) {
			resign(a, func(s string) string { return withoutLines(s, "binary-amd64") })
		}, "names no index main/binary-amd64/Packages"},
		{"a stanza with a path out of the archive", func(a *testArchive) {
			a.packages = strings.ReplaceAll(a.packages, "pool/main/gcc", "../../gcc")
			a.publish()
		}, "is not a clean path"},
		{"a stanza without SHA256", func(a *testArchive) {
			a.packages = strings.ReplaceAll(a.packages, "SHA256:", "SHA1:")
			a.publish()
		}, "its index has no SHA256"},
		{"broken stanzas", func(a *testArchive) { a.packages += "x y z\n"; a.publish() }, "reading a Packages index: line"},
		{"a source without SHA256", func(a *testArchive) {
			a.sources = strings.ReplaceAll(a.sources, "Checksums-Sha256:", "Checksums-Sha1:")
			a.publish()
		}, "no SHA-256 of any archive"},
		{"MD5 and SHA1 are not looked at", func(a *testArchive) {
			a.release["MD5Sum"] = "\n zz 1 main/binary-amd64/Packages.gz"
			a.release["SHA1"] = "\n zz 1 main/binary-amd64/Packages.gz"
			a.publish()
		}, ""},
		{"valid for some days more", func(a *testArchive) { a.release["Valid-Until"] = "Wed, 02 Jul 2025 00:00:00 UTC"; a.publish() }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newArchive(t)
			tt.change(a)
			l, err := Lock(context.Background(), a.recipe(), nil, a.options())
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				same(t, tt.name, first, l)
				return
			}
			text, integrity := strings.CutPrefix(tt.want, "bad: ")
			var bad *IntegrityError
			if err == nil || errors.As(err, &bad) != integrity || !strings.Contains(err.Error(), text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func withoutLines(s, part string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if !strings.Contains(line, part) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestUnknownNamesInARecipe(t *testing.T) {
	a := newArchive(t)
	r := a.recipe()
	r.Sources[1].Dsc.Name = "xenn"
	r.Toolchains = nil
	_, err := Lock(context.Background(), r, nil, a.options())
	var e *UnknownError
	if !errors.As(err, &e) || e.Hint() != `did you mean "xen"?` {
		t.Errorf("got %v", err)
	}
	r = a.recipe()
	r.Distributions[0].Components = []string{"mian"}
	if _, err = Lock(context.Background(), r, nil, a.options()); !errors.As(err, &e) || e.Hint() != `did you mean "main"?` {
		t.Errorf("got %v", err)
	}
}

func FuzzParseRelease(f *testing.F) {
	f.Add("Suite: s\nDate: Sat, 05 Jul 2025 12:00:00 UTC\nSHA256:\n " + strings.Repeat("0", 64) + " 1 main/x\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRelease(text)
		if err != nil {
			return
		}
		for path, i := range r.files {
			if i.Path != path || i.Size < 0 || i.Digest.Validate() != nil {
				t.Errorf("accepted %v", i)
			}
		}
	})
}
