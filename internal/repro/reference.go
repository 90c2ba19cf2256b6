package repro

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// ParseAgainst reads what --against takes. A reference to a registry is an
// error: only fetching opens connections.
func ParseAgainst(text string) (Theirs, error) {
	if dir, ok := strings.CutPrefix(text, "oci:"); ok {
		return Theirs{dir, true}, nil
	}
	_, err := os.Stat(text)
	if err == nil {
		return Theirs{text, false}, nil
	}
	if errors.Is(err, fs.ErrNotExist) && isReference(text) {
		return Theirs{}, &RegistryError{text}
	}
	return Theirs{}, fmt.Errorf("opening what to compare with: %w", err)
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
