package signer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/common"

	"github.com/dombuild/dombuild/internal/attest"
)

// TestMain makes the test binary a plugin when it is called by such a name.
func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); strings.HasPrefix(name, pluginPrefix) {
		os.Exit(answer(strings.TrimPrefix(name, pluginPrefix)))
	}
	os.Exit(m.Run())
}

// answer is what the plugins of the tests do.
func answer(name string) int {
	var args common.PluginArgs
	if len(os.Args) != 3 || os.Args[1] != "v1" {
		fmt.Print(`{"errorMessage":"it was called in another way"}`)
		return 1
	}
	if err := json.Unmarshal([]byte(os.Args[2]), &args); err != nil {
		fmt.Printf(`{"errorMessage":%q}`, err)
		return 1
	}
	switch name {
	case "empty":
		fmt.Print("{}")
		return 0
	case "junk":
		fmt.Print("no JSON")
		return 0
	case "endless":
		_, _ = io.Copy(os.Stdout, zeros{})
		return 0
	case "pkcs11":
		return answerFromToken(args)
	case "killed":
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	}
	key, err := attest.ReadPrivateKey(os.Getenv("PLUGIN_KEY"), nil)
	var resp common.PluginResp
	switch {
	case err != nil:
	case args.InitOptions.KeyResourceID != "slot/1":
		err = errors.New("there is no such key")
	case args.MethodName == common.PublicKeyMethodName:
		resp.PublicKey = new(common.PublicKeyResp)
		resp.PublicKey.PublicKeyPEM, err = cryptoutils.MarshalPublicKeyToPEM(key.Public())
	case args.MethodName == common.SignMessageMethodName:
		o := args.SignMessage.SignOptions.MessageOptions
		var input []byte
		h := crypto.Hash(0)
		if o.Digest != nil {
			input, h = *o.Digest, *o.HashFunc
		} else {
			input, err = io.ReadAll(os.Stdin)
		}
		if name == "lying" {
			input = append([]byte{input[0] ^ 1}, input[1:]...)
		}
		resp.SignMessage = new(common.SignMessageResp)
		if err == nil {
			resp.SignMessage.Signature, err = key.Sign(rand.Reader, input, h)
		}
	}
	if err != nil {
		resp = common.PluginResp{ErrorMessage: err.Error()}
	}
	_ = json.NewEncoder(os.Stdout).Encode(resp)
	return 0
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func writeKey(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// statement signs a statement with a key and verifies it.
func statement(t *testing.T, key crypto.Signer) error {
	t.Helper()
	text, err := attest.Sign(attest.Statement[string]{Type: attest.StatementType, PredicateType: "test", Predicate: "hello"}, key)
	if err != nil {
		return err
	}
	b, err := attest.ParseBundle("test", text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Verify[string](b, key.Public(), "test"); err != nil {
		t.Fatal(err)
	}
	return nil
}

// plugins makes this binary the plugins of the names given.
func plugins(t *testing.T, names ...string) Options {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if err := os.Symlink(self, filepath.Join(dir, pluginPrefix+n)); err != nil {
			t.Fatal(err)
		}
	}
	return Options{Look: func(p string) (string, error) { return exec.LookPath(filepath.Join(dir, p)) }}
}

func TestPlugin(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	large, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	opt := plugins(t, "mine")
	for _, key := range []crypto.Signer{ec, large, ed} {
		t.Setenv("PLUGIN_KEY", writeKey(t, key))
		s, err := Open(t.Context(), "mine://slot/1", opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := statement(t, s); err != nil {
			t.Errorf("%T: %v", key, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open(t.Context(), "mine://slot/2", opt); err == nil || !strings.Contains(err.Error(), "there is no such key") {
		t.Errorf("got %v", err)
	}
}

// TestPluginMisbehaves meets plugins that break off, lie or never end.
func TestPluginMisbehaves(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLUGIN_KEY", writeKey(t, key))
	opt := plugins(t, "empty", "junk", "endless", "killed", "lying")
	for name, want := range map[string]string{
		"empty": "without a public key", "junk": "not that of a plugin", "endless": "", "killed": "killed", "absent": "no such file",
	} {
		_, err := Open(t.Context(), name+"://slot/1", opt)
		var broken *PluginError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := Open(t.Context(), "lying://slot/1", opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := statement(t, s); err == nil || !strings.Contains(err.Error(), "does not verify") {
		t.Errorf("got %v", err)
	}
}

func TestFile(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), writeKey(t, key), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := statement(t, s); err != nil {
		t.Error(err)
	}
	// cosign's form: scrypt and secretbox
	der, err := cryptoutils.MarshalPrivateKeyToEncryptedDER(key, func(bool) ([]byte, error) { return []byte("word"), nil })
	if err != nil {
		t.Fatal(err)
	}
	text := cryptoutils.PEMEncode(cryptoutils.EncryptedSigstorePrivateKeyPEMType, der)
	path := filepath.Join(t.TempDir(), "cosign.key")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for word, ok := range map[string]bool{"word": true, "other": false, "": false} {
		s, err := Open(t.Context(), path, Options{Password: func(string) ([]byte, error) { return []byte(word), nil }})
		if (err == nil) != ok {
			t.Errorf("password %q: %v", word, err)
		}
		if err == nil {
			if err := statement(t, s); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestReferencesThatAreNone(t *testing.T) {
	for _, ref := range []string{"", "tpm:", "tpm:0x01", "tpm:0x40000001", "tpm:-1", "tpm:0x8100000100", "pkcs11:", "mine://", "absent.pem", "UPPER://x"} {
		if _, err := Open(t.Context(), ref, Options{TPM: "/dev/null"}); err == nil {
			t.Errorf("%q was taken", ref)
		}
	}
}

// need fails or skips where a tool of Debian is not there.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		} else if _, err := os.Stat(tool); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have %s: scripts/deps.sh tests", tool)
		}
		t.Skipf("there is no %s: make testdeps", tool)
	}
}

func runTool(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out.String())
	}
	return out.String()
}
