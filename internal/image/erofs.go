package image

func (w *walker) erofs(input) error { return w.failf("", "this format is not supported") }
