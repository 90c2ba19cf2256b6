package kernel

import (
	"bytes"
	"regexp"
)

// header is what Kconfig writes at the top of a complete configuration.
type header struct {
	kind    Kind
	version string // such as "6.1.170" or "4.20.4-pre"
}

var headerLine = regexp.MustCompile(`^# (Linux|Xen)/\S{1,32} (\d{1,4}\.\d{1,4}\S{0,64}) (?:Kernel )?Configuration$`)

// headerLines bounds how far below the top the header is looked for.
const headerLines = 8

// parseHeader finds the header in the first lines of a configuration. A
// fragment or a defconfig has none: what it does not name is not off.
func parseHeader(text []byte) (header, bool) {
	for range headerLines {
		line, rest, more := bytes.Cut(text, []byte("\n"))
		if m := headerLine.FindSubmatch(bytes.TrimRight(line, "\r")); m != nil {
			kind := Linux
			if string(m[1]) == "Xen" {
				kind = Xen
			}
			return header{kind, string(m[2])}, true
		}
		if !more {
			break
		}
		text = rest
	}
	return header{}, false
}
