package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const (
	version     = "dombuild-store 1\n"
	layoutJSON  = `{"imageLayoutVersion":"1.0.0"}` + "\n"
	emptyIndex  = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}` + "\n"
	remedyStore = "give --store an empty directory, or one that dombuild made"
)

// prepare makes the layout in dir, or checks the one that is there. Everything
// it writes is constant and put in place atomically, so any number of
// processes may do this at once; "version" comes last.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	made, err := os.ReadFile(filepath.Join(dir, "dombuild/version"))
	switch {
	case err == nil:
		return checkLayout(dir, string(made))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := checkVacant(dir); err != nil {
		return err
	}
	return makeLayout(dir)
}

// checkVacant refuses a directory that holds what is not ours. The directory
// "dombuild" is made first and so marks a store that is being made.
func checkVacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "dombuild" || e.Name() == "lost+found" {
			continue
		}
		if _, err := os.Lstat(filepath.Join(dir, "dombuild")); err == nil {
			return nil
		}
		return &LayoutError{Dir: dir, Reason: fmt.Sprintf("is not a dombuild store: it holds %q", e.Name()), Remedy: remedyStore}
	}
	return nil
}

func makeLayout(dir string) error {
	for _, d := range []string{"dombuild", areaTemp, areaPartial, areaQuarantine, areaRecords, "blobs/sha256", "blobs/sha512"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	texts := make([]*temp, 3)
	files := make([]*os.File, len(texts))
	for i, content := range []string{layoutJSON, emptyIndex, version} {
		t, err := newText(filepath.Join(dir, areaTemp), content)
		if err != nil {
			return err
		}
		defer t.discard()
		texts[i], files[i] = t, t.f
	}
	if err := new(diskSync).files(files); err != nil {
		return err
	}
	if err := errors.Join(texts[0].name(dir, "oci-layout"), texts[1].name(dir, "index.json"), syncDir(dir)); err != nil {
		return err
	}
	return errors.Join(texts[2].name(dir, "dombuild/version"), syncDir(filepath.Join(dir, "dombuild")))
}

// newText writes a small file that anybody may read.
func newText(dir, content string) (*temp, error) {
	t, err := newTemp(dir)
	if err != nil {
		return nil, err
	}
	_, err = t.f.WriteString(content)
	if err = errors.Join(err, t.f.Chmod(0o644)); err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// name gives the file a second name unless that is taken.
func (t *temp) name(dir, name string) error {
	if err := os.Link(t.path, filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func checkLayout(dir, made string) error {
	if made != version {
		return &LayoutError{
			Dir:    dir,
			Reason: fmt.Sprintf("is a store of another version: %q, this dombuild knows %q", clip(made), strings.TrimSpace(version)),
			Remedy: "use the dombuild that made it, or --store with another directory",
		}
	}
	src, err := os.ReadFile(filepath.Join(dir, "oci-layout"))
	if err != nil {
		return err
	}
	var layout ocispec.ImageLayout
	if err := json.Unmarshal(src, &layout); err != nil || layout.Version != ocispec.ImageLayoutVersion {
		return &LayoutError{
			Dir:    dir,
			Reason: fmt.Sprintf("is not an OCI image layout of version %s: oci-layout holds %q", ocispec.ImageLayoutVersion, clip(string(src))),
			Remedy: remedyStore,
		}
	}
	return nil
}

func clip(s string) string {
	s = strings.TrimSpace(s)
	return s[:min(len(s), 60)]
}

// parseIndex reads an OCI image index or manifest and returns the digests of
// the blobs it names.
func parseIndex(src []byte) ([]digest.Digest, error) {
	var doc struct {
		SchemaVersion int                  `json:"schemaVersion"`
		Manifests     []ocispec.Descriptor `json:"manifests"`
		Config        *ocispec.Descriptor  `json:"config"`
		Layers        []ocispec.Descriptor `json:"layers"`
		Subject       *ocispec.Descriptor  `json:"subject"`
	}
	if err := json.Unmarshal(src, &doc); err != nil {
		return nil, fmt.Errorf("parsing image index: %w", err)
	}
	if doc.SchemaVersion != 2 {
		return nil, fmt.Errorf("parsing image index: schema version %d is not 2", doc.SchemaVersion)
	}
	all := append(doc.Manifests, doc.Layers...)
	for _, d := range []*ocispec.Descriptor{doc.Config, doc.Subject} {
		if d != nil {
			all = append(all, *d)
		}
	}
	digests := make([]digest.Digest, 0, len(all))
	for _, d := range all {
		if err := checkDigest(d.Digest); err != nil {
			return nil, fmt.Errorf("parsing image index: %w", err)
		}
		digests = append(digests, d.Digest)
	}
	return digests, nil
}
