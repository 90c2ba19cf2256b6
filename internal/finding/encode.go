package finding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ReportSchema names the JSON document of a report.
const ReportSchema = "dombuild/findings/v1"

// WriteJSON writes the report as one JSON document, indented by two spaces.
func (r *Report) WriteJSON(w io.Writer) error {
	head := *r
	head.Findings = []Finding{}
	doc := struct {
		Schema string `json:"schema"`
		Report
	}{ReportSchema, head}
	return writeList(w, doc, "\n}\n", len(r.Findings), func(i int) any { return r.Findings[i] })
}

// writeDocument writes v as canonical JSON: fields in the order of their
// declaration, maps by key, two spaces, a newline at the end, and every
// character that would not be plainly visible as an escape.
func writeDocument(w io.Writer, v any) error {
	var b bytes.Buffer
	if err := encoder(&b, "").Encode(v); err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// writeList writes doc as writeDocument does, with n elements in the list that
// is empty in doc and that only the text end follows. It holds one element at a
// time.
func writeList(w io.Writer, doc any, end string, n int, at func(int) any) error {
	var head bytes.Buffer
	if err := writeDocument(&head, doc); err != nil {
		return err
	}
	begin, ok := bytes.CutSuffix(head.Bytes(), []byte("[]"+end))
	if !ok {
		return fmt.Errorf("encoding JSON: the document does not end in an empty list and %q", end)
	}
	if n == 0 {
		_, err := w.Write(head.Bytes())
		return err
	}
	// the list closes two spaces deeper than the line that follows it
	outer := strings.Repeat(" ", 2+len(strings.TrimLeft(end, "\n"))-len(strings.TrimLeft(end, "\n ")))
	inner := outer + "  "
	if _, err := w.Write(append(begin, '[')); err != nil {
		return err
	}
	var b bytes.Buffer
	e := encoder(&b, inner)
	for i := range n {
		b.Reset()
		if err := e.Encode(at(i)); err != nil {
			return fmt.Errorf("encoding JSON: %w", err)
		}
		separator := ",\n"
		if i == 0 {
			separator = "\n"
		}
		if _, err := io.WriteString(w, separator+inner); err != nil {
			return err
		}
		if _, err := w.Write(escapeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n")))); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n"+outer+"]"+end)
	return err
}

func encoder(w io.Writer, prefix string) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	return e
}

// marshal is json.Marshal without escapes of <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// escapeJSON writes what Visible would escape as \uXXXX. Outside of strings,
// JSON has only ASCII.
func escapeJSON(b []byte) []byte {
	if !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x7f }) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r < 0x7f || shows(r):
			out = append(out, b[i:i+n]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}
