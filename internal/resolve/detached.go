package resolve

import (
	"bytes"
	"crypto/rsa"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/vouch"
)

// VerifyDetached checks an armored signature, OpenPGP or SSH (SSHSIG in the
// namespace "git"), over signed by the keys of a keyring: an OpenPGP keyring,
// or lines as in OpenSSH's allowed_signers or authorized_keys. It returns the
// fingerprints of the primary keys whose signatures were good, and when the
// first of them was made; SSH does not say when, and gives a zero time.
func VerifyDetached(signed, signature []byte, keyring recipe.File, now time.Time) (signers []string, date time.Time, err error) {
	if bytes.HasPrefix(signature, []byte("-----BEGIN "+sshsig.PEMType)) {
		signer, err := verifySSH(signed, signature, keyring)
		return []string{signer}, time.Time{}, err
	}
	if isSSH(keyring.Content) {
		return nil, date, fmt.Errorf("the signature is an OpenPGP signature, and %s holds SSH keys", keyring.Path)
	}
	keys, err := openKeyring(keyring)
	if err != nil {
		return nil, date, err
	}
	good, err := keys.Detached(signature, bytes.NewReader(signed), vouch.Terms{Now: now})
	if err != nil {
		return nil, date, err
	}
	return vouch.Signers(good), vouch.Latest(good), nil
}

// sshKeyTypes are the keys whose signatures are believed.
var sshKeyTypes = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoRSA}

func isSSH(content []byte) bool {
	keys, err := sshKeys(content)
	return err == nil && len(keys) > 0
}

// sshLimit finds the options of a line that say when, or for what, its key counts.
var sshLimit = regexp.MustCompile(`(?i)(^|[\s,])(cert-authority|valid-after=|valid-before=|expiry-time=|namespaces=("[^"]*")?)`)

// limited refuses what stands before a key when it limits the key to something
// else than git's signatures, at any time: its word would count for more than
// whoever wrote the line wanted.
func limited(before string) error {
	for _, m := range sshLimit.FindAllStringSubmatch(before, -1) {
		if !slices.Contains(strings.Split(strings.Trim(m[3], `"`), ","), "git") {
			return fmt.Errorf("the option %s is not looked at: leave the key out, or the option", strings.TrimSuffix(strings.ToLower(m[2]), "="))
		}
	}
	return nil
}

// sshKeys reads the keys of a file: one a line, after principals and options.
func sshKeys(content []byte) ([]ssh.PublicKey, error) {
	var keys []ssh.PublicKey
	for n, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		i := slices.IndexFunc(fields, func(f string) bool { return slices.Contains(sshKeyTypes, f) })
		if i < 0 || i+1 == len(fields) {
			return nil, fmt.Errorf("line %d holds no SSH key", n+1)
		}
		if err := limited(strings.Join(fields[:i], " ")); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(fields[i] + " " + fields[i+1]))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func verifySSH(signed, signature []byte, keyring recipe.File) (signer string, err error) {
	keys, err := sshKeys(keyring.Content)
	if err != nil {
		return "", fmt.Errorf("the signature is an SSH signature, and %s is no list of SSH keys: %w", keyring.Path, err)
	}
	sig, err := sshsig.Unarmor(signature)
	if err != nil {
		return "", fmt.Errorf("reading its signature: %w", err)
	}
	signer = ssh.FingerprintSHA256(sig.PublicKey)
	i := slices.IndexFunc(keys, func(k ssh.PublicKey) bool { return bytes.Equal(k.Marshal(), sig.PublicKey.Marshal()) })
	if i < 0 {
		return "", fmt.Errorf("no good signature (key %s: not in the keyring)", signer)
	}
	if sig.Signature.Format == ssh.KeyAlgoRSA {
		return "", fmt.Errorf("key %s signs by way of SHA-1, which is too weak", signer)
	}
	if k, ok := keys[i].(ssh.CryptoPublicKey); ok {
		if pub, ok := k.CryptoPublicKey().(*rsa.PublicKey); ok && pub.N.BitLen() < 2048 {
			return "", fmt.Errorf("an RSA key of %d bits is too weak", pub.N.BitLen())
		}
	}
	if err := sshsig.Verify(bytes.NewReader(signed), sig, keys[i], sig.HashAlgorithm, "git"); err != nil {
		return "", fmt.Errorf("the signature by key %s does not fit: %w", signer, err)
	}
	return signer, nil
}
