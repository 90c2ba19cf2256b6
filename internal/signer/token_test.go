package signer

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/common"
)

const (
	softhsm  = "/usr/lib/softhsm/libsofthsm2.so"
	tokenURI = "pkcs11:token=dombuild;object=carrier"
)

// answerFromToken is a plugin for tokens in forty lines: what it is asked for
// it has pkcs11-tool do.
func answerFromToken(args common.PluginArgs) int {
	tool := func(more ...string) ([]byte, error) {
		out, err := os.CreateTemp("", "token")
		if err != nil {
			return nil, err
		}
		defer os.Remove(out.Name())
		cmd := exec.Command("pkcs11-tool", append([]string{"--module", softhsm, "--token-label", "dombuild", "--label", "carrier",
			"--login", "--pin", os.Getenv("TOKEN_PIN"), "--output-file", out.Name()}, more...)...)
		if text, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, text)
		}
		return os.ReadFile(out.Name())
	}
	var resp common.PluginResp
	var err error
	switch {
	case args.InitOptions.KeyResourceID != tokenURI:
		err = fmt.Errorf("there is no key %s", args.InitOptions.KeyResourceID)
	case args.MethodName == common.PublicKeyMethodName:
		var der []byte
		if der, err = tool("--read-object", "--type", "pubkey"); err == nil {
			if _, err = x509.ParsePKIXPublicKey(der); err == nil {
				resp.PublicKey = &common.PublicKeyResp{PublicKeyPEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
			}
		}
	default:
		in := filepath.Join(os.TempDir(), fmt.Sprintf("digest-%d", os.Getpid()))
		if err = os.WriteFile(in, *args.SignMessage.SignOptions.MessageOptions.Digest, 0o600); err == nil {
			defer os.Remove(in)
			resp.SignMessage = new(common.SignMessageResp)
			resp.SignMessage.Signature, err = tool("--sign", "--mechanism", "ECDSA", "--signature-format", "openssl", "--input-file", in)
		}
	}
	if err != nil {
		resp = common.PluginResp{ErrorMessage: err.Error()}
	}
	_ = json.NewEncoder(os.Stdout).Encode(resp)
	return 0
}

// TestToken signs with a key that lives in a PKCS #11 token, through a plugin.
func TestToken(t *testing.T) {
	need(t, "softhsm2-util", "pkcs11-tool", softhsm)
	dir := t.TempDir()
	config := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(config, []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", config)
	t.Setenv("TOKEN_PIN", "1234")
	runTool(t, nil, "softhsm2-util", "--init-token", "--free", "--label", "dombuild", "--pin", "1234", "--so-pin", "5678")
	runTool(t, nil, "pkcs11-tool", "--module", softhsm, "--token-label", "dombuild", "--login", "--pin", "1234",
		"--keypairgen", "--key-type", "EC:prime256v1", "--label", "carrier", "--id", "01")
	opt := plugins(t, "pkcs11")
	s, err := Open(t.Context(), tokenURI, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := statement(t, s); err != nil {
		t.Error(err)
	}
	t.Setenv("TOKEN_PIN", "4321")
	if err := statement(t, s); err == nil {
		t.Error("a wrong PIN signs")
	}
	if _, err := Open(t.Context(), "pkcs11:token=dombuild;object=other", opt); err == nil {
		t.Error("a key that is not there was opened")
	}
}
