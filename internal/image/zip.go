package image

import (
	"bufio"
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/flate"
)

// Signatures and sizes of a zip archive's records (APPNOTE.TXT 6.3).
const (
	zipLocal     = "PK\x03\x04"
	zipCentral   = "PK\x01\x02"
	zipEnd       = "PK\x05\x06"
	zipEnd64     = "PK\x06\x06"
	zipLocator64 = "PK\x06\x07"
	jmodMagic    = "JM\x01\x00" // stands before the archive that a Java module is

	zipStored   = 0
	zipDeflated = 8
)

var errZip = errors.New("a damaged record of the central directory")

// zipFile is a file as the central directory has it.
type zipFile struct {
	Entry
	flags, method uint16
	sum           uint32
	packed        int64
	header        int64 // where the local header is

	name    string // as it stands there
	raw     [46]byte
	extras  []byte
	comment string
}

// zip walks the files that the central directory names. Every content is read
// to its end, where its checksum is verified.
func (w *walker) zip(in input) error {
	off, size, count, err := w.zipDirectory(in)
	if err != nil {
		return w.fail("", err)
	}
	base, err := w.zipPrefix(in)
	if err != nil {
		return w.fail("", err)
	}
	off += base
	r := bufio.NewReaderSize(io.NewSectionReader(in, off, size), 64<<10)
	n := uint64(0)
	for ; ; n++ {
		f, err := readZipFile(r)
		if err == io.EOF {
			break
		} else if err != nil {
			return w.fail("", err)
		}
		f.header += base
		if err := w.zipFile(in, f); err != nil {
			return err
		}
	}
	if n != count {
		return w.failf("", "the central directory has "+strconv.FormatUint(n, 10)+" files, not "+strconv.FormatUint(count, 10))
	}
	return nil
}

// zipDirectory finds the central directory.
func (w *walker) zipDirectory(in input) (off, size int64, count uint64, err error) {
	tail := make([]byte, min(in.size, 22+65535))
	start := in.size - int64(len(tail))
	if _, err := in.ReadAt(tail, start); err != nil && err != io.EOF {
		return 0, 0, 0, err
	}
	at := bytes.LastIndex(tail, []byte(zipEnd))
	if at < 0 || len(tail)-at < 22 || int(le.Uint16(tail[at+20:])) != len(tail)-at-22 {
		return 0, 0, 0, io.ErrUnexpectedEOF
	}
	end := tail[at:]
	count, size, off = uint64(le.Uint16(end[10:])), int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	wide, end64 := int64(0), start+int64(at) // where the directory must have ended
	if at >= 20 && string(tail[at-20:at-16]) == zipLocator64 {
		var b [56]byte
		end64 = int64(le.Uint64(tail[at-12:]))
		if _, err := in.ReadAt(b[:], end64); err != nil || string(b[:4]) != zipEnd64 {
			return 0, 0, 0, errZip
		}
		wide = end64
		count, size, off = le.Uint64(b[32:]), int64(le.Uint64(b[40:])), int64(le.Uint64(b[48:]))
	}
	if err := zipPlace(in, off, size, end64); err != nil {
		return 0, 0, 0, err
	}
	return off, size, count, w.noteEnd(in, wide, end)
}

func readZipFile(r *bufio.Reader) (*zipFile, error) {
	var h [46]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return nil, err
	}
	if string(h[:4]) != zipCentral {
		return nil, errZip
	}
	names := make([]byte, int(le.Uint16(h[28:]))+int(le.Uint16(h[30:]))+int(le.Uint16(h[32:])))
	if _, err := io.ReadFull(r, names); err != nil {
		return nil, unexpected(err)
	}
	name, extra := string(names[:le.Uint16(h[28:])]), names[le.Uint16(h[28:]):][:le.Uint16(h[30:])]
	f := &zipFile{name: name, raw: h, extras: extra, comment: string(names[len(name)+len(extra):]), flags: le.Uint16(h[8:]), method: le.Uint16(h[10:]), sum: le.Uint32(h[16:]),
		packed: int64(le.Uint32(h[20:])), header: int64(le.Uint32(h[42:]))}
	f.Entry = Entry{Path: name, Type: Regular, Mode: 0o644, Size: int64(le.Uint32(h[24:])), ModTime: dosTime(le.Uint16(h[14:]), le.Uint16(h[12:]))}
	if strings.HasSuffix(name, "/") {
		f.Type, f.Mode = Directory, 0o755
	}
	if system := h[5]; system == 3 || system == 19 { // Unix, macOS
		mode := le.Uint32(h[38:]) >> 16
		if t, ok := typeOfStat(mode); ok {
			f.Type, f.Mode = t, mode&0o7777
		}
	}
	return f, f.extra(extra)
}

// extra reads the sizes of large files, and owner and time of Info-ZIP.
func (f *zipFile) extra(b []byte) error {
	for len(b) >= 4 {
		id, n := le.Uint16(b), int(le.Uint16(b[2:]))
		if n > len(b)-4 {
			return errZip
		}
		v := b[4 : 4+n]
		b = b[4+n:]
		switch {
		case id == 1:
			for _, size := range []*int64{&f.Size, &f.packed, &f.header} {
				if *size == 1<<32-1 && len(v) >= 8 {
					*size, v = int64(le.Uint64(v)), v[8:]
				}
			}
		case id == 0x5455 && n >= 5 && v[0]&1 != 0:
			f.ModTime = time.Unix(int64(int32(le.Uint32(v[1:]))), 0).UTC()
		}
	}
	if f.Size < 0 || f.packed < 0 || f.header < 0 {
		return errZip
	}
	return nil
}

// dosTime is a time in the clock of wherever it was written, taken for UTC.
func dosTime(date, clock uint16) time.Time {
	return time.Date(int(date>>9)+1980, time.Month(date>>5&15), int(date&31), int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC)
}

func (w *walker) zipFile(in input, f *zipFile) error {
	path, err := cleanPath(f.Path)
	if err != nil {
		return w.fail(strconv.Quote(f.Path), err)
	}
	f.Path = path
	switch {
	case path == "" && f.Type == Directory:
		return nil
	case path == "":
		return w.fail("", errNameEmpty)
	case f.flags&1 != 0 && !w.opt.Undecoded:
		return w.failf(path, "it is encrypted")
	}
	var h [30]byte
	if _, err := in.ReadAt(h[:], f.header); err != nil || string(h[:4]) != zipLocal {
		return w.failf(path, "there is no header where the central directory says")
	}
	at := f.header + 30 + int64(le.Uint16(h[26:])) + int64(le.Uint16(h[28:]))
	if at > in.size || f.packed > in.size-at {
		return w.fail(path, io.ErrUnexpectedEOF)
	}
	if w.opt.Fields {
		local := make([]byte, at-f.header)
		if _, err := in.ReadAt(local, f.header); err != nil {
			return w.fail(path, err)
		}
		f.Fields = zipEntryFields(f.raw[:], f, f.extras, f.comment, local)
	}
	c := &checked{size: f.Size, want: f.sum}
	packed := io.NewSectionReader(in, at, f.packed)
	switch {
	case f.undecoded() && w.opt.Undecoded:
		return w.zipUndecoded(in, f, at)
	case f.method == zipStored:
		c.r = packed
	case f.method == zipDeflated:
		z := flate.NewReader(bufio.NewReaderSize(packed, 32<<10))
		defer z.Close()
		c.r = &meter{z, w.budget, within(w.place, path)}
	default:
		return w.failf(path, "compression method "+strconv.Itoa(int(f.method))+" is not supported")
	}
	return w.zipContent(f, c)
}

func (w *walker) zipContent(f *zipFile, c *checked) error {
	e := f.Entry
	switch e.Type {
	case Regular:
		if err := w.emit(e, w.spool(c, e.Size)); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, c)
		return w.fail(e.Path, err)
	case Symlink:
		if e.Size > maxLink {
			return w.fail(e.Path, errNameLong)
		}
		text, err := io.ReadAll(c)
		if err != nil {
			return w.fail(e.Path, err)
		}
		e.Link = string(text)
	}
	e.Size = 0
	return w.emit(e, nil)
}

// checked reads a content and verifies its size and CRC-32 at the end.
type checked struct {
	r    io.Reader
	size int64
	want uint32
	read int64
	sum  uint32
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	switch {
	case c.read > c.size:
		return 0, errors.New("the content is larger than its header says")
	case err == io.EOF && c.read < c.size:
		return n, io.ErrUnexpectedEOF
	case err == io.EOF && c.sum != c.want:
		return n, errSum
	}
	return n, err
}
