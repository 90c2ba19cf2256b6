package archivetest

import (
	"bytes"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Detached signs bytes with all keys and returns the signatures, binary.
func Detached(data []byte, at time.Time, keys ...*openpgp.Entity) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		must(openpgp.DetachSign(&b, k, bytes.NewReader(data), &packet.Config{Time: func() time.Time { return at }}))
	}
	return b.Bytes()
}

// Armor writes binary signatures in an armored block.
func Armor(signatures []byte) []byte {
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.SignatureType, nil)
	must(err)
	_, err = w.Write(signatures)
	must(err)
	must(w.Close())
	b.WriteByte('\n')
	return b.Bytes()
}

// Sign serves a detached, armored signature of a file, beside it as NAME.asc.
func (a *Archive) Sign(name string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[name+".asc"] = Armor(Detached(a.files[name], at, a.key))
}
