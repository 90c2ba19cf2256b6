package resolve

import (
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/vouch"
)

// readKeyring reads a keyring of OpenPGP keys, binary or armored.
func readKeyring(f recipe.File) (openpgp.EntityList, error) {
	keys, err := vouch.ReadOpenPGPKeys(f.Content)
	if err != nil {
		return nil, fmt.Errorf("reading keyring %s: %w", f.Path, err)
	}
	return keys, nil
}

// openKeyring reads a keyring of OpenPGP keys for detached signatures.
func openKeyring(f recipe.File) (*vouch.Keyring, error) {
	keys, err := vouch.ReadKeyring(f.Content)
	if err == nil && keys.Kind != vouch.OpenPGP {
		err = fmt.Errorf("it holds keys of %s, and OpenPGP keys are wanted", keys.Kind)
	}
	if err != nil {
		return nil, fmt.Errorf("reading keyring %s: %w", f.Path, err)
	}
	return keys, nil
}

// terms are what a distribution asks of signatures.
func terms(d recipe.Distribution, now time.Time) vouch.Terms {
	return vouch.Terms{Signers: d.Signers, Min: d.MinSigners, Now: now}
}
