package git

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Pointer is what git LFS leaves in a tree in place of a file that it keeps
// elsewhere.
type Pointer struct {
	Digest digest.Digest // sha256
	Size   int64         // bytes
}

// maxPointer is what a pointer has fewer bytes than.
const maxPointer = 1024

// versions of pointers that git-lfs reads.
var versions = []string{"https://git-lfs.github.com/spec/v1", "https://hawser.github.com/spec/v1", "http://git-media.io/v/2"}

var (
	pointerOID = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	pointerExt = regexp.MustCompile(`^ext-[0-9]-`)
)

// ParsePointer reads a pointer as git-lfs does (its specification, docs/spec.md,
// wants one form, the program takes more): lines of key and value, version, oid
// and size in this order, extensions anywhere. False says that git-lfs takes the
// file for what it is.
func ParsePointer(text []byte) (p Pointer, ok bool) {
	if len(text) == 0 || len(text) >= maxPointer {
		return p, false
	}
	keys := []string{"version", "oid", "size"}
	for line := range strings.SplitSeq(string(bytes.TrimSpace(text)), "\n") {
		line = strings.TrimSuffix(line, "\r")
		key, value, pair := strings.Cut(line, " ")
		switch {
		case line == "":
			continue
		case pair && pointerExt.MatchString(key):
			continue
		case !pair || len(keys) == 0 || key != keys[0]:
			return p, false
		}
		keys = keys[1:]
		switch key {
		case "version":
			ok = slices.Contains(versions, value)
		case "oid":
			p.Digest, ok = digest.Digest(value), pointerOID.MatchString(value)
		case "size":
			n, err := strconv.ParseInt(value, 10, 64)
			p.Size, ok = n, err == nil && n >= 0
		}
		if !ok {
			return Pointer{}, false
		}
	}
	return p, len(keys) == 0
}

// Pointers are the files of a list that git LFS keeps elsewhere, each once,
// sorted. Of one digest there is one size, or an error.
func (l *List) Pointers() ([]Pointer, error) {
	sizes := map[digest.Digest]int64{}
	var out []Pointer
	for id, e := range l.entries {
		if e.kind != BlobKind || e.size >= maxPointer {
			continue
		}
		text := make([]byte, e.size)
		if _, err := l.file.ReadAt(text, e.offset); err != nil && e.size > 0 {
			return nil, fmt.Errorf("reading blob %s: %w", id, err)
		}
		p, ok := ParsePointer(text)
		if !ok {
			continue
		}
		size, twice := sizes[p.Digest]
		if twice && size != p.Size {
			return nil, fmt.Errorf("the pointers of git LFS give %s two sizes: %d and %d bytes", p.Digest, min(size, p.Size), max(size, p.Size))
		}
		if !twice {
			sizes[p.Digest] = p.Size
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Pointer) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	return out, nil
}

const maxLFSConfig = 1 << 20 // bytes of .lfsconfig

// LFSServer reads .lfsconfig: the server that the repository names, lfs.url or
// else remote.origin.lfsurl; "" if it names none. The syntax is that of
// ModuleURLs; what cannot be read is an error.
func LFSServer(text []byte) (string, error) {
	if len(text) > maxLFSConfig {
		return "", errors.New(".lfsconfig is too long")
	}
	section := ""
	found := map[string]string{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			name, sub, quoted := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "["), "]"), ` "`)
			if section = strings.ToLower(name); quoted {
				section += "." + strings.TrimSuffix(sub, `"`)
			}
		default:
			key, value, ok := strings.Cut(line, "=")
			if section = strings.TrimSpace(section); section != "lfs" && section != "remote.origin" {
				continue
			}
			value, err := unquote(strings.TrimSpace(value))
			if !ok || err != nil {
				return "", fmt.Errorf(".lfsconfig:%d: this line cannot be read", n+1)
			}
			found[section+"."+strings.ToLower(strings.TrimSpace(key))] = value
		}
	}
	if u := found["lfs.url"]; u != "" {
		return u, nil
	}
	return found["remote.origin.lfsurl"], nil
}
