package diff

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/image"
)

// Bounds of the documents of an OCI image layout.
const (
	documentMax  = 4 << 20 // bytes of one
	documentsMax = 256
	indexDepth   = 4 // of indexes in indexes
)

// rolesOfIndex begins every role.
const rolesOfIndex = "manifests/"

// rolesOf pairs the blobs of two OCI image layouts by what they are to the
// image instead of by their names, which are their digests: the config with
// the config, the second layer with the second layer. The names are compared
// nowhere, because the documents that hold them are. A layout that cannot be
// followed, or has a path that could be taken for a role, keeps its paths.
func rolesOf(l, r *container) {
	left, right := layoutOf(l), layoutOf(r)
	if left == nil || right == nil {
		return
	}
	left.rename()
	right.rename()
}

// layout is the blobs of an OCI image layout with their roles.
type layout struct {
	byPath map[string]*node
	roles  map[*node]string
	docs   int // that were read
}

func layoutOf(t *container) *layout {
	o := &layout{byPath: map[string]*node{}, roles: map[*node]string{}}
	for _, n := range t.nodes {
		if strings.HasPrefix(n.Path, rolesOfIndex) {
			return nil
		}
		if n.Type == image.Regular {
			o.byPath[n.Path] = n
		}
	}
	index := o.byPath["index.json"]
	if o.byPath["oci-layout"] == nil || index == nil || !o.index(index, "", 0) {
		return nil
	}
	return o
}

func (o *layout) rename() {
	for n, role := range o.roles {
		n.key, n.name = "\x00"+role, role
	}
}

// index gives roles to what an index names.
func (o *layout) index(n *node, role string, depth int) bool {
	var doc ocispec.Index
	if depth > indexDepth || !o.document(n, &doc) {
		return false
	}
	for i, d := range doc.Manifests {
		name := fmt.Sprintf("%s%s%d", role, rolesOfIndex, i)
		if !o.describe(d, name, depth) {
			return false
		}
	}
	return true
}

func (o *layout) describe(d ocispec.Descriptor, name string, depth int) bool {
	n := o.blob(d.Digest, name)
	switch {
	case n == nil:
		return true // one that is not there
	case d.MediaType == ocispec.MediaTypeImageIndex:
		return o.index(n, name+"/", depth+1)
	case d.MediaType != ocispec.MediaTypeImageManifest:
		return true
	}
	var doc ocispec.Manifest
	if !o.document(n, &doc) {
		return false
	}
	o.blob(doc.Config.Digest, name+"/config")
	for i, layer := range doc.Layers {
		o.blob(layer.Digest, fmt.Sprintf("%s/layers/%d", name, i))
	}
	return true
}

// blob gives a blob its role. The first role that it has counts.
func (o *layout) blob(d digest.Digest, role string) *node {
	if d.Validate() != nil {
		return nil
	}
	n := o.byPath[ocispec.ImageBlobsDir+"/"+d.Algorithm().String()+"/"+d.Encoded()]
	if n != nil && o.roles[n] == "" {
		o.roles[n] = role
	}
	return n
}

func (o *layout) document(n *node, into any) bool {
	if o.docs++; o.docs > documentsMax || n.data.size > documentMax {
		return false
	}
	c, end, err := n.data.open()
	if err != nil {
		return false
	}
	defer end()
	b := make([]byte, c.Size)
	return c.read(b, 0) == nil && json.Unmarshal(b, into) == nil
}
