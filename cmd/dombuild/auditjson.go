package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto"
)

// writeJSON writes the document as json.Encoder does, indented by two spaces:
// the URIs and the findings, which are nearly all of it, on all processors.
func (d auditDocument) writeJSON(w io.Writer) error {
	uris, findings := d.URIs, d.Findings
	d.URIs, d.Findings = []*yocto.Source{}, []finding.Finding{}
	text, err := encodeIndented(d, "")
	if err != nil {
		return err
	}
	for _, list := range []struct {
		name   string
		encode func() ([][]byte, error)
	}{
		{"uris", func() ([][]byte, error) { return encodeList(uris) }},
		{"findings", func() ([][]byte, error) { return encodeList(findings) }},
	} {
		field := fmt.Sprintf("\n  %q: [", list.name) // a line of the outermost object: no text holds the end of one
		before, after, ok := bytes.Cut(text, []byte(field+"]"))
		if !ok {
			return fmt.Errorf("encoding JSON: the document has no empty list %s", list.name)
		}
		parts, err := list.encode()
		if err != nil {
			return err
		}
		for _, part := range append([][]byte{before, []byte(field)}, parts...) {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
		text = append([]byte("]"), after...)
	}
	_, err = w.Write(text)
	return err
}

// encodeList encodes the elements of a list in the outermost object, up to the
// bracket that closes it.
func encodeList[T any](list []T) ([][]byte, error) {
	const size = 256
	parts := make([][]byte, (len(list)+size-1)/size)
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range parts {
		g.Go(func() error {
			text, err := encodeIndented(list[i*size:min((i+1)*size, len(list))], "  ")
			if err != nil {
				return err
			}
			parts[i] = bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("[")), []byte("\n  ]\n"))
			if i < len(parts)-1 {
				parts[i] = append(parts[i], ',')
			} else {
				parts[i] = append(parts[i], "\n  "...)
			}
			return nil
		})
	}
	return parts, g.Wait()
}

// encodeIndented is what json.Encoder writes of a value that begins in a line
// with a prefix.
func encodeIndented(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent(prefix, "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
