package sandbox

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// A tar becomes a snapshot fastest as the layer of an OCI image: the worker
// then reads the bytes once, checks their digest while it unpacks them, shares
// the snapshot by its chain of layers, and never hashes the unpacked tree.

// image makes up an image of uncompressed layers and returns its manifest's
// digest.
func (c *contents) image(platform ocispecs.Platform, layers ...ocispecs.Descriptor) (digest.Digest, error) {
	config := ocispecs.Image{Platform: platform, RootFS: ocispecs.RootFS{Type: "layers"}}
	for _, l := range layers {
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, l.Digest)
	}
	data, err := json.Marshal(config)
	if err != nil {
		return "", err
	}
	manifest := ocispecs.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispecs.MediaTypeImageManifest,
		Config:    c.add(ocispecs.MediaTypeImageConfig, data),
		Layers:    layers,
	}
	if data, err = json.Marshal(manifest); err != nil {
		return "", err
	}
	return c.add(ocispecs.MediaTypeImageManifest, data).Digest, nil
}

// layer describes a tar blob of the store.
func (c *contents) layer(ctx context.Context, d digest.Digest) (ocispecs.Descriptor, error) {
	info, err := c.Info(ctx, d)
	if err != nil {
		return ocispecs.Descriptor{}, fmt.Errorf("finding blob %s: %w", d, err)
	}
	return ocispecs.Descriptor{MediaType: ocispecs.MediaTypeImageLayer, Digest: d, Size: info.Size}, nil
}

// entry is a directory or file of a made-up layer.
type entry struct {
	name string // absolute
	file *File  // nil = directory
	link string // text of a symbolic link
	uid  int
	gid  int
	mode int64 // of a directory; 0 = 0755
}

// makeLayer makes up a layer of the given entries.
func (c *contents) makeLayer(entries []entry) (ocispecs.Descriptor, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		hdr := &tar.Header{
			Typeflag: tar.TypeDir, Name: "." + strings.TrimSuffix(e.name, "/") + "/", Mode: 0o755,
			Uid: e.uid, Gid: e.gid, ModTime: time.Unix(0, 0), Format: tar.FormatPAX,
		}
		if e.mode != 0 {
			hdr.Mode = e.mode
		}
		if e.link != "" {
			hdr.Typeflag, hdr.Name, hdr.Linkname, hdr.Mode = tar.TypeSymlink, "."+e.name, e.link, 0o777
		}
		if e.file != nil {
			hdr.Typeflag, hdr.Name, hdr.Size, hdr.Mode = tar.TypeReg, "."+e.name, int64(len(e.file.Content)), 0o644
			if e.file.Mode != 0 {
				hdr.Mode = int64(e.file.Mode)
			}
		}
		if err := w.WriteHeader(hdr); err != nil {
			return ocispecs.Descriptor{}, err
		}
		if e.file != nil {
			if _, err := w.Write(e.file.Content); err != nil {
				return ocispecs.Descriptor{}, err
			}
		}
	}
	if err := w.Close(); err != nil {
		return ocispecs.Descriptor{}, err
	}
	return c.add(ocispecs.MediaTypeImageLayer, buf.Bytes()), nil
}

// modeBelow is the mode of the directory that file systems in memory take over
// in a daemon whose runtime does not give them to the user; 0 elsewhere.
func modeBelow(x *Exec, p string) int64 {
	if x.Memory != nil && slices.Contains(x.Memory.Targets, p) {
		return 0o1777
	}
	return 0
}

// systemDirs are directories that a root file system has already, perhaps as a
// link: no mount points are made up in them.
var systemDirs = []string{"bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32",
	"media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var"}

// skeleton returns the mount points and links of x as entries: directories and
// empty files with a fixed time, which the runtime would make with the clock's.
func skeleton(x *Exec) []entry {
	points := map[string]*File{}
	for _, m := range x.Mounts {
		if m.Unpack {
			points[m.Target] = nil
		} else {
			points[m.dest()] = &File{}
		}
	}
	for p := range x.Files {
		points[p] = &File{}
	}
	for _, p := range x.scratches() {
		points[p] = nil
	}
	for p := range x.Links {
		points[p] = nil
	}
	all := map[string]*File{}
	for p, f := range points {
		_, link := x.Links[p]
		if first, _, _ := strings.Cut(p[1:], "/"); slices.Contains(systemDirs, first) {
			if link { // its directory is the root's
				all[p] = nil
			}
			continue
		}
		all[p] = f
		for dir := path.Dir(p); dir != "/"; dir = path.Dir(dir) {
			all[dir] = nil
		}
	}
	// The runtime gives the tmpfs the mode of the directory beneath it.
	entries := []entry{{name: "/tmp", mode: 0o1777}}
	for p, f := range all {
		entries = append(entries, entry{name: p, file: f, link: x.Links[p], mode: modeBelow(x, p)})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return entries
}
