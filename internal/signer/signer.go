package signer

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"

	"github.com/dombuild/dombuild/internal/attest"
)

// Signer is a key that can sign until it is closed.
type Signer interface {
	crypto.Signer
	Close() error
}

// Options say how keys are reached.
type Options struct {
	TPM      string                               // device or socket; "": /dev/tpmrm0
	Password func(of string) ([]byte, error)      // asked for only when a key needs one
	Look     func(program string) (string, error) // finds a plugin; nil: exec.LookPath
}

var errNoKey = errors.New("the reference names no key")

// Open finds the key that a reference names: see the package documentation.
func Open(ctx context.Context, ref string, opt Options) (Signer, error) {
	s, err := open(ctx, ref, opt)
	if err != nil {
		return nil, err
	}
	if _, err := attest.HintOf(s.Public()); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the signing key %s: %w", ref, err), s.Close())
	}
	return s, nil
}

func open(ctx context.Context, ref string, opt Options) (Signer, error) {
	if handle, ok := strings.CutPrefix(ref, "tpm:"); ok {
		return openTPM(handle, opt)
	}
	if rest, ok := strings.CutPrefix(ref, "pkcs11:"); ok && rest != "" {
		return openPlugin(ctx, "pkcs11", ref, opt)
	}
	if name, rest, ok := strings.Cut(ref, "://"); ok && pluginName.MatchString(name) {
		if rest == "" {
			return nil, fmt.Errorf("opening the signing key %s: %w", ref, errNoKey)
		}
		return openPlugin(ctx, name, rest, opt)
	}
	key, err := attest.ReadPrivateKey(ref, func() ([]byte, error) { return opt.Password(ref) })
	if err != nil {
		return nil, err
	}
	return inMemory{key}, nil
}

// inMemory is a key of this process.
type inMemory struct{ crypto.Signer }

func (inMemory) Close() error { return nil }
