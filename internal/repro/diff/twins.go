package diff

import (
	"strings"

	"github.com/dombuild/dombuild/internal/image"
)

// packedSuffixes of names, and what they leave.
var packedSuffixes = []struct{ packed, unpacked string }{
	{".tgz", ".tar"}, {".txz", ".tar"}, {".tzst", ".tar"}, {".tbz2", ".tar"}, {".tbz", ".tar"},
	{".gz", ""}, {".xz", ""}, {".zst", ""}, {".bz2", ""}, {".lz4", ""}, {".lzma", ""}, {".lz", ""}, {".lzip", ""}, {".tlz", ".tar"},
}

// unpackedName is the name of what the file of that name holds packed.
func unpackedName(name string) string {
	for _, s := range packedSuffixes {
		if base, ok := strings.CutSuffix(name, s.packed); ok && base != "" && !strings.HasSuffix(base, "/") {
			return base + s.unpacked
		}
	}
	return name
}

// twinsOf finds files that only one side has, and that the other side has
// packed in another way, or not at all: "data.tar.gz" and "data.tar.xz". That
// the names differ is reported; what is in them is compared all the same.
func twinsOf(all []pair) map[*node]*node {
	type candidates struct{ left, right []*node }
	byName := map[string]*candidates{}
	for _, p := range all {
		if p.left != nil && p.right != nil || p.node().Type != image.Regular {
			continue
		}
		name := unpackedName(p.node().key)
		if byName[name] == nil {
			byName[name] = &candidates{}
		}
		if c := byName[name]; p.left != nil {
			c.left = append(c.left, p.left)
		} else {
			c.right = append(c.right, p.right)
		}
	}
	twins := map[*node]*node{}
	for _, c := range byName {
		if len(c.left) == 1 && len(c.right) == 1 {
			twins[c.left[0]], twins[c.right[0]] = c.right[0], c.left[0]
		}
	}
	return twins
}
