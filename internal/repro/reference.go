package repro

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// ParseAgainst reads what --against takes: a directory, an archive or an
// attestation, which is JSON, or oci: and the directory of an image layout. A
// reference to a registry is an error: only fetching opens connections.
func ParseAgainst(text string) (Theirs, error) {
	if dir, ok := strings.CutPrefix(text, "oci:"); ok {
		return Theirs{Path: dir, Kind: TheirLayout}, nil
	}
	fi, err := os.Stat(text)
	switch {
	case err == nil && fi.IsDir():
		return Theirs{Path: text, Kind: TheirDirectory}, nil
	case err == nil && fi.Mode().IsRegular():
		kind, err := kindOf(text)
		return Theirs{Path: text, Kind: kind}, err
	case err == nil:
		return Theirs{}, fmt.Errorf("opening what to compare with: %s is neither a directory nor a file", text)
	case errors.Is(err, fs.ErrNotExist) && isReference(text):
		return Theirs{}, &RegistryError{text}
	}
	return Theirs{}, fmt.Errorf("opening what to compare with: %w", err)
}

// kindOf tells an attestation, whose text begins with a brace, from an archive.
func kindOf(name string) (TheirsKind, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("opening what to compare with: %w", err)
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("opening what to compare with: %w", err)
	}
	if strings.HasPrefix(strings.TrimLeft(string(head[:n]), " \t\r\n"), "{") {
		return TheirAttestation, nil
	}
	return TheirArchive, nil
}

// RegistryError says that a reference leads to a registry.
type RegistryError struct{ Reference string }

func (e *RegistryError) Error() string {
	return fmt.Sprintf("%s is in a registry, and check opens no connection", e.Reference)
}

// Hint says what helps.
func (e *RegistryError) Hint() string {
	return "copy it first: skopeo copy docker://" + strings.TrimPrefix(e.Reference, "docker://") + " oci:theirs, then --against oci:theirs"
}

// isReference says whether a text looks like a reference to a registry, as
// host.example/name:tag, localhost:5000/name or name@sha256:….
func isReference(text string) bool {
	if strings.HasPrefix(text, "docker://") || strings.Contains(text, "@sha256:") {
		return true
	}
	host, _, ok := strings.Cut(text, "/")
	return ok && host != "." && host != ".." && strings.ContainsAny(host, ".:")
}
