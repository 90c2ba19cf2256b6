package vouch

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"
)

// edSigner makes keys and signatures of signify, and of minisign through its library.
type edSigner struct {
	private ed25519.PrivateKey
	id      string
	mini    minisign.PrivateKey
	miniPub minisign.PublicKey
}

func newEdSigner(t testing.TB, id string) edSigner {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	pub, mini, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return edSigner{private, id, mini, pub}
}

func line(parts ...string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Join(parts, ""))) + "\n"
}

func (s edSigner) signifyKey() string {
	return "untrusted comment: test base public key\n" + line("Ed", s.id, string(s.private.Public().(ed25519.PublicKey)))
}

func (s edSigner) signify(data string) string {
	return "untrusted comment: verify with test-base.pub\n" + line("Ed", s.id, string(ed25519.Sign(s.private, []byte(data))))
}

func (s edSigner) minisignKey() string {
	text, _ := s.miniPub.MarshalText()
	return string(text) + "\n"
}

// minisign signs over a hash, or over the bytes as older versions do.
func (s edSigner) minisign(data, comment string, hashed bool) string {
	if !hashed {
		return string(minisign.SignWithComments(s.mini, []byte(data), comment, "signature"))
	}
	r := minisign.NewReader(strings.NewReader(data))
	_, _ = r.Read(make([]byte, len(data)+1))
	return string(r.SignWithComments(s.mini, comment, "signature"))
}

// TestEd25519 attacks signatures of minisign and signify.
func TestEd25519(t *testing.T) {
	const data, comment = "bytes of a file", "timestamp:1750766400\tfile:x.tar.gz\thashed"
	one, two := newEdSigner(t, "12345678"), newEdSigner(t, "12345678") // signify's ids clash
	mini := one.minisign(data, comment, true)
	lines := strings.SplitAfter(mini, "\n")
	sign := one.signify(data)
	tests := []struct {
		name, keys, signature, file, want string
	}{
		{"minisign", one.minisignKey(), mini, "x.tar.gz", ""},
		{"minisign, legacy", one.minisignKey(), one.minisign(data, comment, false), "x.tar.gz", ""},
		{"minisign, bare key", strings.SplitAfter(one.minisignKey(), "\n")[1], mini, "", ""},
		{"minisign, several keys", two.minisignKey() + one.minisignKey(), mini, "", ""},
		{"minisign, no last newline", one.minisignKey(), strings.TrimSuffix(mini, "\n"), "", ""},
		{"minisign, another file", one.minisignKey(), mini, "y.tar.gz", `of a file called "x.tar.gz"`},
		{"minisign, another key", two.minisignKey(), mini, "", "not in the keyring"},
		{"minisign, other bytes", one.minisignKey(), one.minisign("other", comment, true), "", "does not fit"},
		{"minisign, comment changed", one.minisignKey(), strings.Replace(mini, "x.tar.gz", "y.tar.gz", 1), "y.tar.gz", "does not fit"},
		{"minisign, hash for bytes", one.minisignKey(), strings.Replace(mini, "\nRU", "\nRW", 1), "", "does not fit"},
		{"minisign, comment cut off", one.minisignKey(), lines[0] + lines[1], "", "has 4 lines"},
		{"minisign, text after", one.minisignKey(), mini + "x\n", "", "text after the signature"},
		{"minisign, text before", one.minisignKey(), "x\n" + mini, "", "is not a signature"},
		{"minisign, made in the future", one.minisignKey(), one.minisign(data, "timestamp:1950766400", true), "", "in the future"},
		{"signify", one.signifyKey(), sign, "any", ""},
		{"signify, two keys of one id", two.signifyKey() + one.signifyKey(), sign, "", ""},
		{"signify, another key of that id", two.signifyKey(), sign, "", "does not fit"},
		{"signify, another id", newEdSigner(t, "87654321").signifyKey(), sign, "", "key 3837363534333231: not in the keyring"},
		{"signify, other bytes", one.signifyKey(), one.signify("other"), "", "does not fit"},
		{"signify, minisign's hash", one.signifyKey(), strings.Replace(sign, "\nRW", "\nRU", 1), "", "not an algorithm of signify"},
		{"signify, text after", one.signifyKey(), sign + "x\n", "", "text after the signature"},
		{"signify, empty", one.signifyKey(), "", "", "has 2 lines"},
		{"signify, bad base64", one.signifyKey(), strings.Replace(sign, "\nRWQ", "\nRW*", 1), "", "not a signature of signify"},
		{"signify, long comment", one.signifyKey(), strings.Replace(sign, "verify", strings.Repeat("x", maxComment), 1), "", "has 2 lines"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, err := ReadKeyring([]byte(tt.keys))
			if err != nil {
				t.Fatal(err)
			}
			good, err := k.Detached([]byte(tt.signature), strings.NewReader(data), Terms{Now: now, File: tt.file})
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, %v", good, err)
				}
				return
			}
			if err != nil || len(good) != 1 || !strings.HasPrefix(good[0].Signer, "RW") || good[0].At.IsZero() != (k.Kind == Signify) {
				t.Errorf("%v, %v", good, err)
			}
			if _, err := k.Detached([]byte(tt.signature), strings.NewReader(data), Terms{Now: now, Min: 2}); err == nil {
				t.Error("one signature counts for two signers")
			}
			if _, err := k.Detached([]byte(tt.signature), strings.NewReader(data), Terms{Now: now, Signers: []string{edSample}}); err == nil {
				t.Error("a key that was not asked for counts")
			}
		})
	}
}

func TestEmbedded(t *testing.T) {
	one := newEdSigner(t, "12345678")
	const text = "SHA256 (x) = 00\n"
	k, err := ReadKeyring([]byte(one.signifyKey()))
	if err != nil {
		t.Fatal(err)
	}
	got, good, err := k.Message([]byte(one.signify(text)+text), Terms{})
	if err != nil || string(got) != text || len(good) != 1 {
		t.Errorf("%q %v %v", got, good, err)
	}
	if _, _, err := k.Message([]byte(one.signify(text)+text+"more\n"), Terms{}); err == nil {
		t.Error("text after what is signed was taken")
	}
	if k, err = ReadKeyring([]byte(one.minisignKey())); err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.Message([]byte(one.minisign(text, "", false)+text), Terms{}); err == nil {
		t.Error("minisign has no such form")
	}
}

// tool finds a program that the tests compare with.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: scripts/deps.sh tests", name)
	}
	if err != nil {
		t.Skipf("%s is not installed: scripts/deps.sh tests", name)
	}
	return path
}

func execute(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader("\n\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// TestTools takes what minisign, signify and gpg have made.
func TestTools(t *testing.T) {
	for _, tt := range []struct {
		tool string
		make [][]string
		sig  string
	}{
		{"minisign", [][]string{{"-G", "-W", "-p", "key.pub", "-s", "key.sec"}, {"-S", "-s", "key.sec", "-m", "x"}}, "x.minisig"},
		{"minisign", [][]string{{"-G", "-W", "-p", "key.pub", "-s", "key.sec"}, {"-S", "-l", "-s", "key.sec", "-m", "x"}}, "x.minisig"},
		{"signify-openbsd", [][]string{{"-G", "-n", "-p", "key.pub", "-s", "key.sec"}, {"-S", "-s", "key.sec", "-m", "x", "-x", "x.sig"}}, "x.sig"},
		{"signify-openbsd", [][]string{{"-G", "-n", "-p", "key.pub", "-s", "key.sec"}, {"-S", "-e", "-s", "key.sec", "-m", "x", "-x", "x.emb"}}, "x.emb"},
		{"gpg", append(gpgKey, gpg("--detach-sign", "-o", "x.sig", "x")), "x.sig"},
		{"gpg", append(gpgKey, gpg("--armor", "--detach-sign", "-o", "x.asc", "x")), "x.asc"},
		{"gpg", append(gpgKey, gpg("--clearsign", "-o", "x.emb", "x")), "x.emb"},
	} {
		t.Run(fmt.Sprint(tt.tool, tt.make[len(tt.make)-1]), func(t *testing.T) {
			path, dir := tool(t, tt.tool), t.TempDir()
			const text = "what is signed\n"
			write(t, filepath.Join(dir, "x"), text)
			if err := os.Mkdir(filepath.Join(dir, "home"), 0o700); err != nil {
				t.Fatal(err)
			}
			for _, args := range tt.make {
				execute(t, dir, path, args...)
			}
			k, err := ReadKeyring(read(t, filepath.Join(dir, "key.pub")))
			if err != nil {
				t.Fatal(err)
			}
			sig := read(t, filepath.Join(dir, tt.sig))
			if strings.HasSuffix(tt.sig, ".emb") {
				got, _, err := k.Message(sig, Terms{})
				if err != nil || string(got) != text {
					t.Errorf("%q %v", got, err)
				}
				return
			}
			if _, err := k.Detached(sig, strings.NewReader(text), Terms{File: "x"}); err != nil {
				t.Error(err)
			}
			if _, err := k.Detached(sig, strings.NewReader(text+"x"), Terms{}); err == nil {
				t.Error("other bytes were taken")
			}
		})
	}
}

func gpg(args ...string) []string {
	return append([]string{"--homedir", "home", "--batch", "--yes", "--passphrase", "", "--pinentry-mode", "loopback"}, args...)
}

var gpgKey = [][]string{gpg("--quick-gen-key", "test@example.org", "ed25519", "sign", "0"), gpg("--export", "-o", "key.pub")}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzEd25519 reads anything as a signature: what is accepted is over the
// bytes that were signed.
func FuzzEd25519(f *testing.F) {
	one := newEdSigner(f, "12345678")
	var rings []*Keyring
	for _, text := range []string{one.signifyKey(), one.minisignKey()} {
		k, err := ReadKeyring([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		rings = append(rings, k)
	}
	f.Add([]byte(one.signify("bytes")))
	f.Add([]byte(one.minisign("bytes", "timestamp:1\tfile:x", true)))
	f.Add([]byte(one.minisign("bytes", "", false)))
	f.Add([]byte(one.signify("bytes") + "bytes"))
	f.Fuzz(func(t *testing.T, sig []byte) {
		for _, k := range rings {
			if good, err := k.Detached(sig, strings.NewReader("other"), Terms{}); err == nil {
				t.Errorf("accepted %v", good)
			}
			_, _ = k.Detached(sig, strings.NewReader("bytes"), Terms{})
			if text, _, err := k.Message(sig, Terms{}); err == nil && !bytes.HasSuffix(sig, text) {
				t.Errorf("%q is not what is signed in %q", text, sig)
			}
		}
	})
}
