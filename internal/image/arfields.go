package image

import "strings"

// arFields are what a header has in a form of its own: the name, and the bits
// of the mode that tell the type.
func arFields(h *[arHeader]byte) []Field {
	var f facts
	f.text("name", strings.TrimRight(string(h[:16]), " "))
	f.text("raw mode", strings.TrimRight(string(h[40:48]), " "))
	return f.list
}

// noteTable notes a table of symbols, which is a member and no entry.
func (w *walker) noteTable(name string, in input, m arMember) error {
	if !w.noting() {
		return nil
	}
	w.notes.entry("symbols "+name, m.Entry)
	return w.fail(name, w.notes.part("symbols "+name, in, m.off, m.Size))
}

// notePadding notes the byte behind a content of odd size, which is a newline
// where nothing is unusual.
func (w *walker) notePadding(in input, name string, at int64) error {
	b, err := readAtMost(in, at, 1)
	if string(b) != "\n" {
		w.notes.bytes("padding of "+name, b)
	}
	return w.fail(name, err)
}

// noteNames notes the table of long names, whose order and form are a choice.
func (w *walker) noteNames(h *[arHeader]byte, table []byte) {
	if w.noting() {
		w.notes.text("names", digested(table))
		w.notes.text("names header", strings.TrimRight(string(h[16:48]), " "))
	}
}
