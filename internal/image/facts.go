package image

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxFact is the length of a value that is shown as it is. A longer one is
// told by its size and the first bytes of its SHA-256.
const maxFact = 256

// maxFacts is how many bytes of names and values are told one by one. An artifact
// has more only if somebody means it to: headers of nothing, packed well.
const maxFacts = 16 << 20

// facts gathers fields in order.
type facts struct {
	list []Field
	size int
	more int               // fields beyond maxFacts, told by the last one of the list
	sum  [sha256.Size]byte // of these
}

// add appends fields, or counts them to the last one, which tells how many there
// are and a digest of all.
func (f *facts) add(all ...Field) {
	for _, field := range all {
		if f.size += len(field.Name) + len(field.Value); f.size <= maxFacts {
			f.list = append(f.list, field)
			continue
		}
		if f.more++; f.more == 1 {
			f.list = append(f.list, Field{})
		}
		f.sum = sha256.Sum256(fmt.Appendf(f.sum[:], "%q %q", field.Name, field.Value))
		f.list[len(f.list)-1] = Field{"further fields", fmt.Sprintf("%d, sha256 %x", f.more, f.sum[:16])}
	}
}

// text adds bytes as text; what cannot be printed is escaped as in Go.
func (f *facts) text(name, value string) {
	if len(value) > maxFact {
		value = digested([]byte(value))
	} else if !printable(value) {
		value = strings.Trim(strconv.Quote(value), `"`)
	}
	f.add(Field{name, value})
}

// some is text unless it is empty.
func (f *facts) some(name, value string) {
	if value != "" {
		f.text(name, value)
	}
}

func (f *facts) number(name string, v int64) { f.text(name, strconv.FormatInt(v, 10)) }

// nonzero is number unless it is 0.
func (f *facts) nonzero(name string, v int64) {
	if v != 0 {
		f.number(name, v)
	}
}

func (f *facts) hex(name string, v uint64) { f.text(name, "0x"+strconv.FormatUint(v, 16)) }

// flags is hex with the names of the bits that have one.
func (f *facts) flags(name string, v uint64, names []string) {
	text := "0x" + strconv.FormatUint(v, 16)
	for i, n := range names {
		if n != "" && v&(1<<i) != 0 {
			text += " " + n
		}
	}
	f.text(name, text)
}

// bytes shows bytes in hexadecimal.
func (f *facts) bytes(name string, b []byte) {
	if len(b) > maxFact/2 {
		f.text(name, digested(b))
		return
	}
	f.text(name, fmt.Sprintf("%x", b))
}

// stamp is a time in UTC, to the second, or finer if it is.
func (f *facts) stamp(name string, t time.Time) { f.text(name, t.UTC().Format(time.RFC3339Nano)) }

// seconds is a time in seconds since 1970, "" for 0, which is none.
func (f *facts) seconds(name string, v int64) {
	if v == 0 {
		f.text(name, "none")
		return
	}
	f.stamp(name, time.Unix(v, 0))
}

// uuid shows sixteen bytes in the order of RFC 9562.
func (f *facts) uuid(name string, b []byte) {
	f.text(name, fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16]))
}

// guid shows sixteen bytes whose first three parts are little-endian, as UEFI
// has them.
func (f *facts) guid(name string, b []byte) { f.text(name, guidText(b)) }

func guidText(b []byte) string {
	return fmt.Sprintf("%08X-%04X-%04X-%X-%X", le.Uint32(b), le.Uint16(b[4:]), le.Uint16(b[6:]), b[8:10], b[10:16])
}

// part adds what stands at a place of the artifact, if anything: its size, and
// its digest unless it is all zeros.
func (f *facts) part(name string, r io.ReaderAt, off, size int64) error {
	if size <= 0 {
		return nil
	}
	text, err := partText(io.NewSectionReader(r, off, size), size)
	if err != nil {
		return err
	}
	f.text(name, text)
	return nil
}

func partText(r io.Reader, size int64) (string, error) {
	sum, zeros := sha256.New(), true
	buf := make([]byte, 64<<10)
	var read int64
	for {
		n, err := r.Read(buf)
		sum.Write(buf[:n])
		for _, b := range buf[:n] {
			zeros = zeros && b == 0
		}
		read += int64(n)
		if err == io.EOF {
			break
		} else if err != nil {
			return "", err
		}
	}
	switch {
	case read < size:
		return "", io.ErrUnexpectedEOF
	case zeros:
		return fmt.Sprintf("%d zero bytes", read), nil
	}
	return fmt.Sprintf("%d bytes, sha256 %x", read, sum.Sum(nil)[:16]), nil
}

func digested(b []byte) string {
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%d bytes, sha256 %x", len(b), sum[:16])
}

// entry adds what is known of an entry that has no path, the root.
func (f *facts) entry(name string, e Entry) {
	f.text(name+" mode", fmt.Sprintf("%04o", e.Mode))
	f.text(name+" owner", fmt.Sprintf("%d:%d", e.UID, e.GID))
	if !e.ModTime.IsZero() {
		f.stamp(name+" mtime", e.ModTime)
	}
	for _, key := range sortedKeys(e.Xattrs) {
		f.text(name+" xattr "+key, string(e.Xattrs[key]))
	}
	for _, field := range e.Fields {
		f.text(name+" "+field.Name, field.Value)
	}
}

// under adds fields below a name.
func (f *facts) under(name string, list []Field) {
	for _, field := range list {
		f.add(Field{name + "/" + field.Name, field.Value})
	}
}

// printable says whether a text can be shown as it is.
func printable(s string) bool {
	if !utf8.ValidString(s) || strings.ContainsAny(s, `\"`) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// padded is the text of a field of a fixed width, without what fills it up. A
// filling that is unusual stays.
func padded(b []byte, fill string) string { return strings.TrimRight(string(b), fill) }

// digestOf sums up parts that belong together.
type digestOf struct {
	sum  hash.Hash
	size int64
}

func (d *digestOf) add(b []byte) {
	if d.sum == nil {
		d.sum = sha256.New()
	}
	d.sum.Write(b)
	d.size += int64(len(b))
}

func (d *digestOf) String() string {
	if d.sum == nil {
		return "none"
	}
	return fmt.Sprintf("%d bytes, sha256 %x", d.size, d.sum.Sum(nil)[:16])
}

func sectionOf(r io.ReaderAt, size int64) *io.SectionReader { return io.NewSectionReader(r, 0, size) }
