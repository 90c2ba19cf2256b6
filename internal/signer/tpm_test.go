package signer

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// startTPM starts a software TPM and returns its socket.
func startTPM(t *testing.T) string {
	t.Helper()
	need(t, "swtpm")
	dir, err := os.MkdirTemp("", "tpm") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command("swtpm", "socket", "--tpm2", "--tpmstate", "dir="+dir, "--server", "type=unixio,path="+socket,
		"--ctrl", "type=unixio,path="+socket+".ctrl", "--flags", "not-need-init,startup-clear")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		os.RemoveAll(dir)
	})
	for range 200 {
		if _, err := os.Stat(socket); err == nil {
			return socket
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("swtpm does not listen")
	return ""
}

// makeKey makes a persistent key in a TPM.
func makeKey(t *testing.T, socket string, handle tpm2.TPMHandle, curve tpm2.TPMECCCurve, restricted bool, password string) {
	t.Helper()
	tpm, err := linuxudstpm.Open(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer tpm.Close()
	scheme := tpm2.TPMTECCScheme{Scheme: tpm2.TPMAlgECDSA, Details: tpm2.NewTPMUAsymScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSigSchemeECDSA{HashAlg: tpm2.TPMAlgSHA256})}
	primary, err := tpm2.CreatePrimary{
		PrimaryHandle: tpm2.TPMRHOwner,
		InSensitive:   tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{UserAuth: tpm2.TPM2BAuth{Buffer: []byte(password)}}},
		InPublic: tpm2.New2B(tpm2.TPMTPublic{Type: tpm2.TPMAlgECC, NameAlg: tpm2.TPMAlgSHA256,
			ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, SensitiveDataOrigin: true, UserWithAuth: true,
				SignEncrypt: true, Restricted: restricted},
			Parameters: tpm2.NewTPMUPublicParms(tpm2.TPMAlgECC, &tpm2.TPMSECCParms{CurveID: curve, Scheme: scheme}),
		}),
	}.Execute(tpm)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tpm2.EvictControl{Auth: tpm2.TPMRHOwner, PersistentHandle: handle,
		ObjectHandle: &tpm2.NamedHandle{Handle: primary.ObjectHandle, Name: primary.Name}}.Execute(tpm)
	_, err2 := tpm2.FlushContext{FlushHandle: primary.ObjectHandle}.Execute(tpm)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
}

// TestTPM signs with a key that lives in a TPM.
func TestTPM(t *testing.T) {
	socket := startTPM(t)
	makeKey(t, socket, 0x81010001, tpm2.TPMECCNistP256, false, "")
	makeKey(t, socket, 0x81010002, tpm2.TPMECCNistP256, false, "word")
	makeKey(t, socket, 0x81010003, tpm2.TPMECCNistP256, true, "")
	asked := 0
	opt := Options{TPM: socket, Password: func(string) ([]byte, error) { asked++; return []byte("word"), nil }}
	sign := func(ref string, opt Options) error {
		s, err := Open(t.Context(), ref, opt)
		if err != nil {
			return err
		}
		defer s.Close()
		return statement(t, s)
	}
	for ref, times := range map[string]int{"tpm:0x81010001": 0, "tpm:0x81010002": 1} {
		asked = 0
		if err := sign(ref, opt); err != nil || asked != times {
			t.Errorf("%s: %v, asked for a password %d times", ref, err, asked)
		}
	}
	var refused *TPMError
	opt.Password = func(string) ([]byte, error) { return []byte("wrong"), nil }
	for _, ref := range []string{"tpm:0x81010002", "tpm:0x81010003", "tpm:0x81010004"} {
		if err := sign(ref, opt); !errors.As(err, &refused) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if err := sign("tpm:0x81010001", Options{TPM: socket + ".absent"}); !errors.As(err, &refused) || refused.Hint() == "" {
		t.Errorf("got %v", err)
	}
}
