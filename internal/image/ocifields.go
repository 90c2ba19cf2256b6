package image

import (
	"encoding/json"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// note notes the documents of a layout and the compressions of its layers. A
// document's fields are told by their names in it, as JSON when they are no
// text; those that only repeat what the tree is made of are told too, because
// their digests name the image.
func (l *layoutWalk) note() error {
	if err := l.noteDocument("index", "index.json", nil); err != nil {
		return err
	}
	for n, m := range l.images {
		if err := l.noteImage(fmt.Sprintf("image %d", n+1), m); err != nil {
			return err
		}
	}
	for n, m := range l.artifacts {
		if err := l.noteImage(fmt.Sprintf("artifact %d", n+1), m); err != nil {
			return err
		}
	}
	return nil
}

func (l *layoutWalk) noteImage(name string, m ociImage) error {
	path, err := l.blobName(m.digest)
	if err != nil {
		return err
	}
	l.notes.text(name+" digest", m.digest.String())
	if err := l.noteDocument(name, path, nil); err != nil {
		return err
	}
	if path, err = l.blobName(m.config.Digest); err != nil {
		return err
	}
	if err := l.noteDocument(name+" config", path, m.config); err != nil {
		return err
	}
	for n, d := range m.layers {
		if err := l.noteLayer(fmt.Sprintf("%s layer %d", name, n+1), d); err != nil {
			return err
		}
	}
	return nil
}

// noteDocument notes the members of a JSON object, and those of the objects
// and lists in it one by one, down to three levels.
func (l *layoutWalk) noteDocument(name, path string, d *ocispec.Descriptor) error {
	var doc map[string]any
	if err := l.document(path, d, &doc); err != nil {
		return err
	}
	noteJSON(l.notes, name, doc, 3)
	return nil
}

func noteJSON(f *facts, name string, v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		if depth > 0 {
			for _, k := range sortedKeys(v) {
				noteJSON(f, name+" "+k, v[k], depth-1)
			}
			return
		}
	case []any:
		if depth > 0 {
			for i, e := range v {
				noteJSON(f, fmt.Sprintf("%s %d", name, i+1), e, depth-1)
			}
			return
		}
	case string:
		f.text(name, v)
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		b = fmt.Append(nil, v)
	}
	f.text(name, string(b))
}

// noteLayer notes the compression of a layer.
func (l *layoutWalk) noteLayer(name string, d ocispec.Descriptor) error {
	path, err := l.blobName(d.Digest)
	if err != nil {
		return err
	}
	in, closer, err := l.blobs.open(path)
	if err != nil {
		return l.fail(path, err)
	}
	defer closer.Close()
	f, err := detect(in, in.size)
	if err != nil || !f.isCompression() {
		return l.fail(path, err)
	}
	var own facts
	if err := l.compressionFields(&own, f, in); err != nil {
		return l.fail(path, err)
	}
	l.notes.text(name+" compression", string(f))
	l.notes.add(under(name+" "+string(f)+" ", own.list)...)
	return nil
}
