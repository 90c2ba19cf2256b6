package image

func (w *walker) ociDirectory(dir string) error { return w.failf("", "TODO") }
