package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/dombuild/dombuild/internal/signer"
)

const (
	keyUsage = "key to sign with: a PEM file, tpm:HANDLE, pkcs11:URI or PLUGIN://REF"
	keyHelp  = `A key is a PEM file with an ECDSA key over P-256 or an Ed25519 key, also in cosign's
encrypted form; tpm:0x81000001, a key that was made persistent in the TPM, which is
/dev/tpmrm0 or $DOMBUILD_TPM; or whatever a sigstore plugin (sigstore-kms-PLUGIN in PATH)
calls so, pkcs11: among them. The password of a key is $DOMBUILD_PASSWORD or
$COSIGN_PASSWORD, or asked for.`
)

var errNoPassword = errors.New("the key has a password")

// signingKey opens the key that a reference names, if there is one, until the
// verb is over.
func (a *app) signingKey(ctx context.Context, ref string) (crypto.Signer, error) {
	if ref == "" {
		return nil, nil
	}
	key, err := signer.Open(ctx, ref, signer.Options{TPM: os.Getenv("DOMBUILD_TPM"), Password: a.password})
	if err != nil {
		return nil, err
	}
	a.onClose(key.Close)
	return key, nil
}

// password is that of a key.
func (a *app) password(of string) ([]byte, error) {
	for _, name := range []string{"DOMBUILD_PASSWORD", "COSIGN_PASSWORD"} {
		if p, ok := os.LookupEnv(name); ok {
			return []byte(p), nil
		}
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil, &hintError{errNoPassword, "set DOMBUILD_PASSWORD, or run it on a terminal"}
	}
	a.display.Close()
	fmt.Fprint(a.stderr, "password of "+of+": ")
	defer fmt.Fprintln(a.stderr)
	return term.ReadPassword(int(os.Stdin.Fd()))
}
