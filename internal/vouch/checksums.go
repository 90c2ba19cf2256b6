package vouch

import (
	_ "crypto/sha256" // the algorithms of checksum files
	_ "crypto/sha512"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"
)

// MaxChecksums bounds a checksum file.
const MaxChecksums = 16 << 20

// Checksums is what a checksum file says of files, by their names.
type Checksums map[string]Sums

// Sums are the digests of one file. Weak says that MD5, SHA-1 or another sum
// that is not looked at stands there.
type Sums struct {
	SHA256, SHA512 digest.Digest
	Weak           bool
}

var (
	gnuLine = regexp.MustCompile(`^([0-9A-Fa-f]{32,128}) [ *](.+)$`)
	bsdLine = regexp.MustCompile(`^([A-Z][A-Z0-9/-]*) \((.+)\) = ([0-9A-Fa-f]{32,128})$`)
)

// ParseChecksums reads lines as sha256sum and sha512sum write them ("HEX  NAME",
// "HEX *NAME") or as BSD's tools do ("SHA256 (NAME) = HEX"). Empty lines and
// those that begin with # say nothing. A name that has two digests of one kind
// is an error, like every other line.
func ParseChecksums(text []byte) (Checksums, error) {
	if len(text) > MaxChecksums {
		return nil, fmt.Errorf("it has more than %d MiB", MaxChecksums>>20)
	}
	all := Checksums{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := all.add(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return all, nil
}

func (c Checksums) add(line string) error {
	var algorithm, name, hex string
	if m := bsdLine.FindStringSubmatch(line); m != nil {
		algorithm, name, hex = m[1], m[2], m[3]
	} else if m := gnuLine.FindStringSubmatch(line); m != nil {
		name, hex = m[2], m[1]
		algorithm = map[int]string{64: "SHA256", 128: "SHA512"}[len(hex)]
	} else {
		return errors.New("it is not a checksum and the name of a file")
	}
	name = strings.TrimPrefix(name, "./")
	sums := c[name]
	var err error
	switch algorithm {
	case "SHA256":
		err = set(&sums.SHA256, digest.SHA256, hex)
	case "SHA512":
		err = set(&sums.SHA512, digest.SHA512, hex)
	default:
		sums.Weak = true
	}
	if err != nil {
		return fmt.Errorf("%s %w", name, err)
	}
	c[name] = sums
	return nil
}

func set(place *digest.Digest, algorithm digest.Algorithm, hex string) error {
	d := digest.NewDigestFromEncoded(algorithm, strings.ToLower(hex))
	if err := d.Validate(); err != nil {
		return err
	}
	if *place != "" && *place != d {
		return errors.New("has two digests")
	}
	*place = d
	return nil
}

// Find returns the digest of a file by an algorithm or, when it is "", SHA-256
// where that is known, else SHA-512.
func (c Checksums) Find(name string, algorithm digest.Algorithm) (digest.Digest, error) {
	sums, ok := c[name]
	switch {
	case sums.SHA256 != "" && algorithm != digest.SHA512:
		return sums.SHA256, nil
	case sums.SHA512 != "" && algorithm != digest.SHA256:
		return sums.SHA512, nil
	case ok && algorithm != "":
		return "", fmt.Errorf("it has no %s of %s", algorithm, name)
	case ok:
		return "", fmt.Errorf("it has no SHA-256 or SHA-512 of %s, only sums that are too weak", name)
	}
	return "", fmt.Errorf("it does not name %s", name)
}
