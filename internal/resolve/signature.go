package resolve

import (
	"fmt"

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
