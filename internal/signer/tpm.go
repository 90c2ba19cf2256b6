package signer

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"strconv"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// defaultTPM is the device with the kernel's resource manager.
const defaultTPM = "/dev/tpmrm0"

// Handles of persistent objects, by the TPM 2.0 specification, part 2.
const (
	firstPersistent = 0x81000000
	lastPersistent  = 0x81ffffff
)

// TPMError says that a key of a TPM cannot be used.
type TPMError struct {
	TPM, Handle string
	Err         error
	Remedy      string
}

func (e *TPMError) Error() string {
	return fmt.Sprintf("using the key %s of the TPM %s: %v", e.Handle, e.TPM, e.Err)
}

// Unwrap returns the reason.
func (e *TPMError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *TPMError) Hint() string { return e.Remedy }

// tpmKey is an ECDSA key that never leaves its TPM.
type tpmKey struct {
	tpm      transport.TPMCloser
	path     string
	handle   tpm2.TPMHandle
	name     tpm2.TPM2BName
	public   *ecdsa.PublicKey
	password func() ([]byte, error)
}

// openTPM opens the persistent key with a handle such as 0x81000001.
func openTPM(handle string, opt Options) (Signer, error) {
	path := opt.TPM
	if path == "" {
		path = defaultTPM
	}
	fail := func(err error, remedy string) (Signer, error) {
		return nil, &TPMError{path, handle, err, remedy}
	}
	h, err := strconv.ParseUint(handle, 0, 32)
	if err != nil || h < firstPersistent || h > lastPersistent {
		return fail(errors.New("that is no handle of a persistent object"), "a key is named as tpm:0x81000001; tpm2_getcap handles-persistent lists them")
	}
	t, err := openDevice(path)
	if err != nil {
		return fail(err, "the program needs read and write access to the TPM; DOMBUILD_TPM names another device or socket")
	}
	k := &tpmKey{tpm: t, path: path, handle: tpm2.TPMHandle(h), password: func() ([]byte, error) { return opt.Password("tpm:" + handle) }}
	if err := k.load(); err != nil {
		t.Close()
		return fail(err, "tpm2_getcap handles-persistent lists the keys that there are")
	}
	return k, nil
}

// openDevice opens a character device, or the socket of a software TPM.
func openDevice(path string) (transport.TPMCloser, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if fi.Mode()&fs.ModeSocket != 0 {
		return linuxudstpm.Open(path)
	}
	return linuxtpm.Open(path)
}

// load reads the public part.
func (k *tpmKey) load() error {
	answer, err := tpm2.ReadPublic{ObjectHandle: k.handle}.Execute(k.tpm)
	if err != nil {
		return err
	}
	public, err := answer.OutPublic.Contents()
	if err != nil {
		return err
	}
	if !public.ObjectAttributes.SignEncrypt || public.ObjectAttributes.Restricted {
		return errors.New("it is no key for signing, or only for what the TPM itself made")
	}
	key, err := tpm2.Pub(*public)
	if err != nil {
		return err
	}
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return fmt.Errorf("keys of type %T are not taken; use ECDSA over P-256", key)
	}
	k.name, k.public = answer.Name, ec
	return nil
}

// Public returns the public key.
func (k *tpmKey) Public() crypto.PublicKey { return k.public }

// Close gives the TPM back.
func (k *tpmKey) Close() error { return k.tpm.Close() }

// tpmHashes are the hashes that a digest may be of.
var tpmHashes = map[crypto.Hash]tpm2.TPMIAlgHash{
	crypto.SHA256: tpm2.TPMAlgSHA256, crypto.SHA384: tpm2.TPMAlgSHA384, crypto.SHA512: tpm2.TPMAlgSHA512,
}

// Sign has the TPM sign a digest, in ASN.1 as crypto.Signer wants it. The
// password is asked for only when the TPM refuses to do it without one.
func (k *tpmKey) Sign(_ io.Reader, sum []byte, opts crypto.SignerOpts) ([]byte, error) {
	h, ok := tpmHashes[opts.HashFunc()]
	if !ok || len(sum) != opts.HashFunc().Size() {
		return nil, &TPMError{TPM: k.path, Handle: fmt.Sprintf("%#x", k.handle), Err: fmt.Errorf("it cannot sign a digest of %d bytes", len(sum))}
	}
	sig, err := k.sign(sum, h, nil)
	if errors.Is(err, tpm2.TPMRCAuthFail) || errors.Is(err, tpm2.TPMRCBadAuth) {
		var password []byte
		if password, err = k.password(); err == nil {
			sig, err = k.sign(sum, h, password)
		}
	}
	if err != nil {
		return nil, &TPMError{TPM: k.path, Handle: fmt.Sprintf("%#x", k.handle), Err: err}
	}
	return sig, nil
}

func (k *tpmKey) sign(sum []byte, h tpm2.TPMIAlgHash, password []byte) ([]byte, error) {
	answer, err := tpm2.Sign{
		KeyHandle:  tpm2.AuthHandle{Handle: k.handle, Name: k.name, Auth: tpm2.PasswordAuth(password)},
		Digest:     tpm2.TPM2BDigest{Buffer: sum},
		InScheme:   tpm2.TPMTSigScheme{Scheme: tpm2.TPMAlgECDSA, Details: tpm2.NewTPMUSigScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSchemeHash{HashAlg: h})},
		Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck},
	}.Execute(k.tpm)
	if err != nil {
		return nil, err
	}
	ec, err := answer.Signature.Signature.ECDSA()
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(ec.SignatureR.Buffer), new(big.Int).SetBytes(ec.SignatureS.Buffer)})
}
