package image

import (
	"errors"
	"io"
	"strings"
)

// fat is a FAT12, FAT16 or FAT32 file system (ECMA-107 and Microsoft's FAT32
// File System Specification).
type fat struct {
	*walker
	in       input
	bits     int   // 12, 16 or 32
	cluster  int64 // bytes of a cluster
	clusters int64 // in number; they count from 2
	table    int64 // where the first allocation table begins
	data     int64 // where cluster 2 is
	perTable int64 // sectors of an allocation table
	rootSize int64 // bytes of a root before the clusters
	first    int64 // cluster of a root among them
	seen     map[int64]bool
}

// isFAT wants a parameter block that makes sense.
func isFAT(h []byte) bool {
	if len(h) < 512 || h[510] != 0x55 || h[511] != 0xaa || h[0] != 0xeb && h[0] != 0xe9 {
		return false
	}
	sector, cluster := le.Uint16(h[11:]), h[13]
	return sector >= 512 && sector <= 4096 && sector&(sector-1) == 0 && cluster != 0 && cluster&(cluster-1) == 0 &&
		le.Uint16(h[14:]) > 0 && (h[16] == 1 || h[16] == 2) && h[21] >= 0xf0
}

// fat walks a FAT file system. Times are taken for UTC; files are 0644, or
// 0444 when they are read-only, directories 0755.
func (w *walker) fat(in input) error {
	b := make([]byte, 512)
	if _, err := in.ReadAt(b, 0); err != nil {
		return w.fail("", err)
	}
	f, err := w.openFAT(in, b)
	if err != nil {
		return w.fail("", err)
	}
	if f.rootSize == 0 {
		return f.directory("", f.first)
	}
	r, err := f.rootReader()
	if err != nil {
		return w.fail("", err)
	}
	return f.list("", r)
}

// rootReader reads the root, which has a place of its own, or a chain.
func (f *fat) rootReader() (io.Reader, error) {
	if f.rootSize > 0 {
		return io.NewSectionReader(f.in, f.data-f.rootSize, f.rootSize), nil
	}
	p, err := f.chain(f.first, -1)
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(p, 0, p.size), nil
}

// openFAT reads the parameter block.
func (w *walker) openFAT(in input, b []byte) (*fat, error) {
	if !isFAT(b) {
		return nil, errors.New("a damaged parameter block")
	}
	sector := int64(le.Uint16(b[11:]))
	total, perTable, rootSize := int64(le.Uint16(b[19:])), int64(le.Uint16(b[22:])), int64(le.Uint16(b[17:]))*32
	if total == 0 {
		total = int64(le.Uint32(b[32:]))
	}
	if perTable == 0 {
		perTable = int64(le.Uint32(b[36:]))
	}
	f := &fat{walker: w, in: in, cluster: sector * int64(b[13]), table: int64(le.Uint16(b[14:])) * sector, seen: map[int64]bool{}}
	f.rootSize = (rootSize + sector - 1) / sector * sector
	f.data, f.perTable = f.table+int64(b[16])*perTable*sector+f.rootSize, perTable
	f.clusters = (total*sector - f.data) / f.cluster
	switch {
	case total*sector > in.size:
		return nil, io.ErrUnexpectedEOF
	case f.clusters <= 0 || perTable == 0:
		return nil, errors.New("a damaged parameter block")
	case f.clusters < 4085:
		f.bits = 12
	case f.clusters < 65525:
		f.bits = 16
	default:
		f.bits = 32
	}
	if (f.clusters+2)*int64(f.bits) > perTable*sector*8 {
		return nil, errors.New("the allocation table is smaller than the file system")
	}
	if f.bits == 32 {
		f.rootSize, f.first = 0, int64(le.Uint32(b[44:]))
	} else if f.rootSize == 0 {
		return nil, errors.New("there is no root")
	}
	return f, nil
}

// next returns the cluster that follows another; 0 is the end.
func (f *fat) next(cluster int64) (int64, error) {
	var b [4]byte
	n := min(int64(4), f.data-(f.table+cluster*int64(f.bits)/8))
	if _, err := f.in.ReadAt(b[:n], f.table+cluster*int64(f.bits)/8); err != nil {
		return 0, err
	}
	v := int64(le.Uint32(b[:]))
	switch f.bits {
	case 12:
		v = v >> (cluster % 2 * 4) & 0xfff
	case 16:
		v &= 0xffff
	default:
		v &= 0xfffffff
	}
	mask := int64(1)<<min(f.bits, 28) - 1
	switch {
	case v >= mask&^7:
		return 0, nil
	case v < 2 || v >= f.clusters+2:
		return 0, errors.New("a chain of clusters leads nowhere")
	}
	return v, nil
}

// chain returns the runs of a chain, up to a size; -1 takes all of it. A chain
// that is too short is an error.
func (f *fat) chain(first, size int64) (*pieces, error) {
	p := &pieces{in: f.in}
	if size == 0 {
		return p, nil
	}
	if first < 2 || first >= f.clusters+2 {
		return nil, errors.New("a chain of clusters leads nowhere")
	}
	for at, n := first, int64(0); at != 0; n++ {
		if n > f.clusters {
			return nil, errors.New("a chain of clusters runs in a circle")
		}
		if size >= 0 && p.size >= size {
			break
		}
		p.add(f.data+(at-2)*f.cluster, f.cluster)
		var err error
		if at, err = f.next(at); err != nil {
			return nil, err
		}
	}
	if size > p.size {
		return nil, errors.New("the chain of clusters is shorter than the file")
	}
	return p, nil
}

func (f *fat) directory(path string, first int64) error {
	if f.seen[first] {
		return f.failf(path, "the directory is in the tree twice")
	}
	f.seen[first] = true
	p, err := f.chain(first, -1)
	if err != nil {
		return f.fail(path, err)
	}
	return f.list(path, io.NewSectionReader(p, 0, p.size))
}

// list shows the entries of a directory, and what is below.
func (f *fat) list(dir string, r io.Reader) error {
	var long fatName
	for {
		var d [32]byte
		if _, err := io.ReadFull(r, d[:]); err == io.EOF || err == nil && d[0] == 0 {
			return nil
		} else if err != nil {
			return f.fail(dir, err)
		}
		attributes := d[11]
		switch {
		case d[0] == 0xe5:
			long = fatName{}
			continue
		case attributes&0x3f == 0x0f:
			long.add(&d)
			continue
		case attributes&0x08 != 0 || d[0] == '.': // the label, "." and ".."
			long = fatName{}
			continue
		}
		name := long.of(&d)
		long = fatName{}
		path, err := joinName(dir, name)
		if err != nil {
			return f.fail(quoted(dir, name), err)
		}
		if err := f.listed(path, &d); err != nil {
			return err
		}
	}
}

func (f *fat) listed(path string, d *[32]byte) error {
	first := int64(le.Uint16(d[26:]))
	if f.bits == 32 {
		first |= int64(le.Uint16(d[20:])) << 16
	}
	e := Entry{Path: path, Type: Regular, Mode: 0o644, ModTime: dosTime(le.Uint16(d[24:]), le.Uint16(d[22:])), Size: int64(le.Uint32(d[28:]))}
	if f.opt.Fields {
		e.Fields = fatEntryFields(d, path[strings.LastIndexByte(path, '/')+1:])
	}
	if d[11]&0x10 != 0 {
		e.Type, e.Mode, e.Size = Directory, 0o755, 0
		if err := f.emit(e, nil); err != nil {
			return err
		}
		return f.directory(path, first)
	}
	if d[11]&0x01 != 0 {
		e.Mode = 0o444
	}
	p, err := f.chain(first, e.Size)
	if err != nil {
		return f.fail(path, err)
	}
	return f.emit(e, inPlace{p})
}
