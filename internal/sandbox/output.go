package sandbox

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"strings"
)

// output passes the exported tar on to out, with names relative to the output
// directory. It returns when both are done with it.
func output(x *Exec, exported io.Reader, out func(io.Reader) error) error {
	if x.RootOut {
		return drain(exported, out)
	}
	pr, pw := io.Pipe()
	moved := make(chan error, 1)
	go func() {
		err := relocate(pw, exported, strings.TrimPrefix(scratchDir, "/")+"/")
		pw.CloseWithError(err)
		moved <- err
	}()
	err := drain(pr, out)
	pr.CloseWithError(errors.Join(err, errUnread))
	if e := <-moved; err == nil {
		err = e
	}
	return err
}

var errUnread = errors.New("the output is no longer read")

// drain calls out and reads what it left, because only the stream's end says
// that the run went well.
func drain(r io.Reader, out func(io.Reader) error) error {
	if err := out(r); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

// relocate copies a tar, removing the directory prefix from every name.
func relocate(w io.Writer, r io.Reader, prefix string) error {
	tr, tw := tar.NewReader(r), tar.NewWriter(w)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			// The end of the archive is not the end of the stream.
			if _, err := io.Copy(io.Discard, r); err != nil {
				return err
			}
			return tw.Close()
		}
		if err != nil {
			return err
		}
		if h.Name == prefix {
			continue
		}
		if err := strip(h, prefix); err != nil {
			return err
		}
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(tw, tr); err != nil {
			return err
		}
	}
}

func strip(h *tar.Header, prefix string) error {
	name, ok := strings.CutPrefix(h.Name, prefix)
	if ok && h.Typeflag == tar.TypeLink {
		h.Linkname, ok = strings.CutPrefix(h.Linkname, prefix)
	}
	if !ok {
		return fmt.Errorf("output has an entry %s outside its directory", h.Name)
	}
	h.Name, h.Format = name, tar.FormatUnknown
	delete(h.PAXRecords, "path")
	delete(h.PAXRecords, "linkpath")
	return nil
}
