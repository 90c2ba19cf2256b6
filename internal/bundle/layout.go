package bundle

import (
	"encoding/json"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ArtifactType is the artifact type of a bundle as an OCI image layout.
const ArtifactType = "application/vnd.dombuild.bundle.v1"

// Media types of what the artifact's manifest names.
const (
	configType  = "application/vnd.dombuild.bundle.manifest.v1+json"
	lockType    = "application/vnd.dombuild.lock.v1+hcl"
	layersType  = "application/vnd.dombuild.lock.yocto.v1+hcl"
	recipeType  = "application/vnd.dombuild.recipe.file.v1"
	programType = "application/vnd.dombuild.program.v1"
	blobType    = "application/octet-stream"
)

const layoutText = `{"imageLayoutVersion":"1.0.0"}`

// layout is the OCI image layout around a bundle. It follows from the manifest.
type layout struct {
	index, manifest []byte
}

func layoutOf(m Manifest, text []byte) (layout, error) {
	a := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: ArtifactType,
		Config: ocispec.Descriptor{MediaType: configType, Digest: digest.FromBytes(text), Size: int64(len(text))},
	}
	add := func(mediaType, name string, d digest.Digest, size int64) {
		a.Layers = append(a.Layers, ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: size,
			Annotations: map[string]string{ocispec.AnnotationTitle: name}})
	}
	for _, k := range m.Locks {
		kind := lockType
		if k.Kind == KindLayers {
			kind = layersType
		}
		add(kind, k.Name, k.Digest, k.Size)
	}
	for _, r := range m.Recipes {
		for _, f := range r.Files {
			add(recipeType, r.Name+"/"+f.Path, f.Digest, f.Size)
		}
	}
	for _, p := range m.Programs {
		add(programType, p.Name, p.Digest, p.Size)
	}
	for _, b := range m.Blobs {
		if b.Here {
			add(blobType, b.Name, b.Digest, b.Size)
		}
	}
	var l layout
	var err error
	if l.manifest, err = json.Marshal(a); err != nil {
		return l, err
	}
	l.index, err = json.Marshal(ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{{MediaType: ocispec.MediaTypeImageManifest, ArtifactType: ArtifactType,
			Digest: digest.FromBytes(l.manifest), Size: int64(len(l.manifest)), Annotations: map[string]string{ocispec.AnnotationRefName: m.Name}}},
	})
	return l, err
}
