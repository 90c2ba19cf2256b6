package image

import "io"

// tarOrLayout walks a tar archive, or the OCI image layout in it.
func (w *walker) tarOrLayout(s *stream, in io.ReaderAt) error {
	return w.tar(s)
}
