package finding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// ReportSchema names the JSON document of a report.
const ReportSchema = "dombuild/findings/v1"

// WriteJSON writes the report as one JSON document, indented by two spaces.
func (r *Report) WriteJSON(w io.Writer) error {
	return writeDocument(w, struct {
		Schema string `json:"schema"`
		*Report
	}{ReportSchema, r})
}

// writeDocument writes v as canonical JSON: fields in the order of their
// declaration, maps by key, two spaces, a newline at the end, and every
// character that would not be plainly visible as an escape.
func writeDocument(w io.Writer, v any) error {
	b, err := marshal(v)
	if err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, b, "", "  "); err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	indented.WriteByte('\n')
	_, err = w.Write(escapeJSON(indented.Bytes()))
	return err
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
