package finding

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns text that is safe to show on a terminal or a page: control
// characters, bidirectional and other format characters, invisible ones, unusual
// spaces and bytes that are not UTF-8 are replaced by escapes as Go writes them
// (\n, \x1b, \u202e, \U000e0001). The result is one line. A backslash is left
// as it is, so that command lines can be copied.
func Visible(s string) string { return escape(s, false) }

// visibleName is Visible for names: backslashes are doubled, so that different
// names never look the same.
func visibleName(s string) string { return escape(s, true) }

func escape(s string, backslash bool) string {
	if plain(s, backslash) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\\' && backslash:
			b.WriteString(`\\`)
		case shows(r):
			b.WriteRune(r)
		default:
			b.WriteString(escapeRune(r))
		}
		s = s[n:]
	}
	return b.String()
}

// plain says, quickly, that nothing has to be escaped.
func plain(s string, backslash bool) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || backslash && s[i] == '\\' {
			return false
		}
	}
	return true
}

// shows says whether a character has a shape of its own and leaves those
// around it alone.
func shows(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// validText returns s with the bytes that are not UTF-8 written as \xff.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// unescape is the inverse of visibleName.
func unescape(s string) (string, error) {
	var b strings.Builder
	for len(s) > 0 {
		r, multibyte, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			return "", err
		}
		if multibyte {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		s = rest
	}
	return b.String(), nil
}
