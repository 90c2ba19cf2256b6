package source

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Split splits the value of SRC_URI as Python's str.split does. An expression
// that was not evaluated, ${@...}, stays in one piece.
func Split(value string) []string {
	var out []string
	start := -1
	for i := 0; i < len(value); {
		r, n := utf8.DecodeRuneInString(value[i:])
		if isSpace(r) {
			if start >= 0 {
				out = append(out, value[start:i])
			}
			start = -1
			i += n
			continue
		}
		if start < 0 {
			start = i
		}
		if strings.HasPrefix(value[i:], "${@") {
			n = expression(value[i:])
		}
		i += n
	}
	if start >= 0 {
		out = append(out, value[start:])
	}
	return out
}

// expression returns the length of the ${@...} that s begins with: up to the
// brace that closes it, or all of s where none does.
func expression(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// isSpace is Python's str.isspace for one character.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

const hexDigits = "0123456789ABCDEF"

// quote is urllib.parse.quote: every byte but letters, digits and "_.-~/" is
// written as %XX.
func quote(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte("_.-~/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

// unquote is urllib.parse.unquote: %XX is a byte; what is not UTF-8 afterwards
// becomes U+FFFD.
func unquote(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return string([]rune(b.String()))
}
