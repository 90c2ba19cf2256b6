package repro

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/tree"
)

// Theirs is what somebody else built of one target.
type Theirs struct {
	Path     string // a directory as Export writes it, an archive of such, an OCI image layout, or an attestation
	Kind     TheirsKind
	Attested *Attested // what an attestation says; of no other kind
}

// TheirsKind is in what form somebody else's build is there.
type TheirsKind string

// The forms of builds.
const (
	TheirDirectory   TheirsKind = "directory"
	TheirArchive     TheirsKind = "archive" // of directories, such as a tar
	TheirLayout      TheirsKind = "oci"     // an OCI image layout
	TheirAttestation TheirsKind = "attestation"
)

// take puts their files into the store. What the export says about itself is
// returned aside: SHA256SUMS here, the record in a.
func (a *against) take(ctx context.Context) (out build.Step, sums []byte, err error) {
	if err := a.single(); err != nil {
		return out, nil, err
	}
	img, err := image.Open(a.theirs.Path, image.Options{})
	if err != nil {
		return out, nil, err
	}
	defer img.Close()
	if err := a.format(img); err != nil {
		return out, nil, err
	}
	if err := a.find(ctx, img); err != nil {
		return out, nil, err
	}
	epoch := a.result.Plan.Recipe().SourceDateEpoch
	out, err = build.PutTree(ctx, a.Store, string(a.target.Address), epoch, func(w *tar.Writer) error {
		return img.Walk(ctx, func(e image.Entry, c *image.Content) (err error) {
			if ok, err := a.within(&e); !ok || e.Path == build.RecordName {
				return err
			}
			if e.Path == build.SumsName {
				sums, err = readSmall(e, c)
				return err
			}
			if a.beside(e.Path) {
				return nil
			}
			return writeEntry(w, e, c)
		})
	})
	if err == nil && sums == nil && a.theirs.Kind != TheirLayout {
		err = a.notBuilt()
	}
	return out, sums, err
}

// format refuses what is not of the form that was named.
func (a *against) format(img *image.Image) error {
	switch f := img.Format(); {
	case a.theirs.Kind == TheirArchive && f == image.OCI:
		return a.packedLayout()
	case a.theirs.Kind == TheirArchive && f != image.Tar && f != image.Zip && f != image.CPIO && !f.Packs():
		return &NotBuiltError{a.theirs.Path, fmt.Sprintf("is neither an archive of what build -o wrote nor an attestation: its format is %s", f), "pack the directory: tar -cf theirs.tar -C OUT " + a.target.Name}
	case a.theirs.Kind != TheirArchive && (f == image.OCI) != (a.theirs.Kind == TheirLayout):
		return &NotBuiltError{a.theirs.Path, fmt.Sprintf("is of the format %s", f), "name an OCI image layout as oci:PATH, and a directory of build -o without a prefix"}
	}
	return nil
}

// find reads the record of the target's build; in an archive it may be in any
// directory, beside those of other targets.
func (a *against) find(ctx context.Context, img *image.Image) error {
	var others []string
	layout := a.theirs.Kind == TheirArchive && beginsWithLayout(a.theirs.Path)
	err := img.Walk(ctx, func(e image.Entry, c *image.Content) error {
		layout = layout || e.Path == "oci-layout"
		dir, name := path.Split(e.Path)
		if name != build.RecordName || e.Type != image.Regular || dir != "" && a.theirs.Kind != TheirArchive {
			return nil
		}
		text, err := readSmall(e, c)
		if err != nil {
			return err
		}
		rec := new(build.Record)
		if err := json.Unmarshal(text, rec); err != nil || rec.Schema != build.RecordSchema {
			if dir != "" {
				return nil // a file of that name among what was built
			}
			return fmt.Errorf("reading their %s: it is not a record of a build: %w", e.Path, errors.Join(err, errSchema(rec.Schema)))
		}
		if rec.Target != string(a.target.Address) {
			others = append(others, rec.Target)
			return nil
		}
		if a.record != nil {
			return &NotBuiltError{a.theirs.Path, "holds several builds of " + rec.Target, "name an archive that holds one"}
		}
		a.record, a.inside = rec, dir
		return nil
	})
	switch {
	case err != nil:
		return err
	case a.record == nil && len(others) > 0:
		return &NotBuiltError{a.theirs.Path, fmt.Sprintf("is a build of %q", strings.Join(others, ", ")), "name the build of " + string(a.target.Address)}
	case a.record == nil && a.theirs.Kind == TheirArchive && layout:
		return a.packedLayout()
	case a.record == nil && a.theirs.Kind != TheirLayout:
		return a.notBuilt()
	}
	return nil
}

// beginsWithLayout says whether a file is a tar archive with an OCI image layout,
// whose entries are read as what the image holds.
func beginsWithLayout(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	r := tar.NewReader(f)
	for range 3 {
		h, err := r.Next()
		if err != nil {
			return false
		}
		if strings.TrimPrefix(h.Name, "./") == "oci-layout" {
			return true
		}
	}
	return false
}

// packedLayout is the error of what carries blobs, and no files that were built.
func (a *against) packedLayout() error {
	return &NotBuiltError{a.theirs.Path, "is an OCI image layout in an archive, or a bundle, which carries what locks pin and nothing that was built",
		"to compare with an image, unpack it and name it oci:PATH; of a bundle: dombuild bundle import, then dombuild check"}
}

func errSchema(schema string) error {
	if schema == build.RecordSchema {
		return nil
	}
	return fmt.Errorf("its schema is %q, this program reads %q", schema, build.RecordSchema)
}

// within makes an entry's path one of the target's directory, if it is below
// it. A hard link there to a file elsewhere is an error.
func (a *against) within(e *image.Entry) (bool, error) {
	var ok bool
	if e.Path, ok = strings.CutPrefix(e.Path, a.inside); !ok || e.Path == "" {
		return false, nil
	}
	if e.Type != image.HardLink {
		return true, nil
	}
	if e.Link, ok = strings.CutPrefix(e.Link, a.inside); !ok {
		return false, &tree.EntryError{Path: e.Path, Reason: fmt.Sprintf("is a hard link to %q, outside of what was built", e.Link)}
	}
	return true, nil
}

// beside says whether a file is one that attest writes beside what was built.
// Their record knows what was built.
func (a *against) beside(name string) bool {
	if !build.Beside(name) || a.record == nil {
		return false
	}
	_, built := a.record.Artifact(name)
	return !built
}

func (a *against) notBuilt() error {
	return &NotBuiltError{a.theirs.Path, "is not what build -o wrote: " + build.SumsName + " or " + build.RecordName + " is not there", "name the directory of the target, OUT/" + a.target.Name}
}

// single refuses a layout of several images: which of them is meant?
func (a *against) single() error {
	if a.theirs.Kind != TheirLayout {
		return nil
	}
	var index struct {
		Manifests []json.RawMessage `json:"manifests"`
	}
	text, err := os.ReadFile(filepath.Join(a.theirs.Path, "index.json"))
	if err == nil {
		err = json.Unmarshal(text, &index)
	}
	if err != nil {
		return fmt.Errorf("reading an OCI image layout: %w", err)
	}
	if n := len(index.Manifests); n != 1 {
		return &NotBuiltError{a.theirs.Path, fmt.Sprintf("holds %d images", n), "copy the one that is meant to a layout of its own: skopeo copy oci:PATH:TAG oci:NEW"}
	}
	return nil
}

// maxSmall bounds a record or a list of sums.
const maxSmall = 64 << 20

func readSmall(e image.Entry, c *image.Content) ([]byte, error) {
	if c == nil || e.Size > maxSmall {
		return nil, fmt.Errorf("%s is no file of at most %d bytes", e.Path, maxSmall)
	}
	return io.ReadAll(io.NewSectionReader(c, 0, e.Size))
}

func writeEntry(w *tar.Writer, e image.Entry, c *image.Content) error {
	h := &tar.Header{Name: e.Path, Mode: build.PlainMode(int64(e.Mode), e.Type == image.Directory), Linkname: e.Link, Format: tar.FormatPAX}
	switch e.Type {
	case image.Directory:
		h.Typeflag = tar.TypeDir
		h.Name += "/"
	case image.Symlink:
		h.Typeflag = tar.TypeSymlink
	case image.HardLink:
		h.Typeflag = tar.TypeLink
	case image.Regular:
		h.Typeflag, h.Size = tar.TypeReg, e.Size
	default:
		return &tree.EntryError{Path: e.Path, Reason: fmt.Sprintf("is a %s, which no build leaves", e.Type)}
	}
	if err := w.WriteHeader(h); err != nil || c == nil {
		return err
	}
	_, err := io.Copy(w, io.NewSectionReader(c, 0, e.Size))
	return err
}
