package prove

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	arMagic       = "!<arch>\n"
	thinMagic     = "!<thin>\n"
	arHeaderSize  = 60
	maxMembers    = 1 << 18
	maxMemberName = 4 << 10
	maxNameTable  = 16 << 20
)

// member is a file in an archive.
type member struct {
	name      string
	off, size uint64
}

// archive reads the members one after the other. The format is that of ar(5):
// GNU ends short names with a slash and keeps long ones in the member "//";
// BSD puts long ones in front of the contents ("#1/length").
type archive struct {
	src   *source
	next  uint64
	names []byte
	count int
}

// step returns the next member that is a file; ok is false at the end.
func (a *archive) step() (m member, ok bool, err error) {
	for a.next < a.src.size {
		if a.count++; a.count > maxMembers {
			return member{}, false, fmt.Errorf("more than %d members", maxMembers)
		}
		at := a.next
		raw, off, size, err := a.header()
		if err != nil {
			return member{}, false, fmt.Errorf("member at %d: %w", at, err)
		}
		m, ok, err = a.name(raw, off, size)
		if err != nil {
			return member{}, false, fmt.Errorf("member at %d: %w", at, err)
		}
		if ok {
			return m, true, nil
		}
	}
	return member{}, false, nil
}

func (a *archive) header() (name string, off, size uint64, err error) {
	b, err := a.src.bytes(a.next, min(arHeaderSize, a.src.size-a.next))
	if err != nil {
		return "", 0, 0, err
	}
	if len(b) < arHeaderSize {
		return "", 0, 0, errors.New("the archive ends in a header")
	}
	if string(b[58:60]) != "`\n" {
		return "", 0, 0, errors.New("its header has no end mark")
	}
	size, err = strconv.ParseUint(strings.TrimRight(string(b[48:58]), " "), 10, 63)
	if err != nil {
		return "", 0, 0, fmt.Errorf("size %q is not a number", b[48:58])
	}
	off = a.next + arHeaderSize
	if size > a.src.size-off {
		return "", 0, 0, fmt.Errorf("its %d bytes are beyond the end of the archive", size)
	}
	name = strings.TrimRight(string(b[:16]), " ")
	a.next = off + size + size%2
	return name, off, size, nil
}

// name gives a member its name; ok is false for the tables of the archive.
func (a *archive) name(raw string, off, size uint64) (m member, ok bool, err error) {
	switch {
	case raw == "/" || raw == "/SYM64/" || raw == "__.SYMDEF" || raw == "__.SYMDEF SORTED":
		return m, false, nil
	case raw == "//":
		if size > maxNameTable {
			return m, false, fmt.Errorf("%d bytes of names are more than %d", size, maxNameTable)
		}
		a.names, err = a.src.bytes(off, size)
		return m, false, err
	case strings.HasPrefix(raw, "#1/"):
		return a.bsdName(raw[3:], off, size)
	case strings.HasPrefix(raw, "/"):
		raw, err = a.longName(raw[1:])
		return member{raw, off, size}, err == nil, err
	}
	return member{strings.TrimSuffix(raw, "/"), off, size}, true, nil
}

func (a *archive) longName(ref string) (string, error) {
	i, err := strconv.ParseUint(ref, 10, 31)
	if err != nil || i >= uint64(len(a.names)) {
		return "", fmt.Errorf("its name %q is not in the table of names", "/"+ref)
	}
	rest := a.names[i:]
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		return "", errors.New("its name does not end")
	}
	return strings.TrimSuffix(string(rest[:end]), "/"), nil
}

func (a *archive) bsdName(length string, off, size uint64) (m member, ok bool, err error) {
	n, err := strconv.ParseUint(length, 10, 31)
	if err != nil || n > size || n > maxMemberName {
		return m, false, fmt.Errorf("length %q of its name is wrong", length)
	}
	b, err := a.src.bytes(off, n)
	if err != nil {
		return m, false, err
	}
	name := string(bytes.TrimRight(b, "\x00"))
	if strings.HasPrefix(name, "__.SYMDEF") {
		return m, false, nil
	}
	return member{name, off + n, size - n}, true, nil
}
