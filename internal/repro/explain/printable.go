package explain

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxShown is how long a value or line is shown, in bytes before escaping.
const maxShown = 400

// printable makes any bytes fit for a terminal or a page: what is not UTF-8 or
// not graphic (control characters, also those that turn the direction of text)
// is escaped as in Go. A tab stays.
func printable(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\t' || r != utf8.RuneError && strconv.IsPrint(r):
			b.WriteString(s[i : i+n])
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
		i += n
	}
	return b.String()
}

// shorten cuts a value that is too long to show around the byte at.
func shorten(s string, at int) string {
	if len(s) <= maxShown {
		return printable(s)
	}
	from := max(0, min(at-maxShown/4, len(s)-maxShown))
	out := printable(s[from : from+maxShown])
	if from > 0 {
		out = "…" + out
	}
	if from+maxShown < len(s) {
		out += "…"
	}
	return out
}

// plural counts things: "1 line", "2 lines".
func plural[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
