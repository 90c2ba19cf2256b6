package image

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// le is the byte order of SquashFS, ext, FAT, PE and the partition tables.
var le = binary.LittleEndian

// be is that of device trees, RPM packages and some of ISO 9660.
var be = binary.BigEndian

// squash is a SquashFS 4.0 image (Documentation/filesystems/squashfs.rst of
// Linux and its squashfs_fs.h).
type squash struct {
	*walker
	in        input
	unpack    blockUnpacker
	blockSize int64
	inodes    int64 // where the tables begin
	dirs      int64
	ids       []uint32
	fragments squashTable
	attrIDs   squashTable
	attrs     int64 // where the attributes begin; 0: there are none

	metaMu    sync.Mutex
	meta      map[int64]*metaBlock
	metaOrder []int64
	fragMu    sync.Mutex
	frags     [4]cachedBlock // fragment blocks that were read last
	fragNext  int

	first map[uint32]string // paths of files that have several, by inode
	seen  map[uint64]bool   // directories, by reference
}

// Offsets of fields of the superblock.
const (
	squashSuper      = 96
	squashNone       = 1<<64 - 1 // in place of a table's offset
	squashNoFragment = 1<<32 - 1
	squashNoXattr    = 1<<32 - 1
)

func (w *walker) squashFS(in input) error {
	var b [squashSuper]byte
	if _, err := in.ReadAt(b[:], 0); err != nil {
		return w.fail("", err)
	}
	if le.Uint16(b[28:]) != 4 || le.Uint16(b[30:]) != 0 {
		return w.failf("", "not version 4.0")
	}
	used := le.Uint64(b[40:])
	if used > uint64(in.size) {
		return w.fail("", io.ErrUnexpectedEOF)
	}
	s := &squash{walker: w, in: input{in, int64(used)}, blockSize: int64(le.Uint32(b[12:])),
		inodes: int64(le.Uint64(b[64:])), dirs: int64(le.Uint64(b[72:])),
		meta: map[int64]*metaBlock{}, first: map[uint32]string{}, seen: map[uint64]bool{}}
	if log := le.Uint16(b[22:]); log < 12 || log > 20 || s.blockSize != 1<<log {
		return w.failf("", "the superblock has a damaged size of blocks")
	}
	var err error
	if s.unpack, err = newBlockUnpacker(le.Uint16(b[20:])); err != nil {
		return w.fail("", err)
	}
	if err := s.tables(b[:]); err != nil {
		return w.fail("", err)
	}
	if w.noting() {
		if err := s.noteSuper(b[:], in.size); err != nil {
			return w.fail("", err)
		}
	}
	return s.list("", le.Uint64(b[32:]))
}

// tables reads the table of owners and where the others are.
func (s *squash) tables(b []byte) error {
	ids, err := s.table(int64(le.Uint64(b[48:])), int64(le.Uint16(b[26:])), 4)
	if err != nil {
		return err
	}
	for i := range int64(le.Uint16(b[26:])) {
		var v [4]byte
		if err := ids.read(s, i, v[:]); err != nil {
			return err
		}
		s.ids = append(s.ids, le.Uint32(v[:]))
	}
	if n := int64(le.Uint32(b[16:])); n > 0 {
		if s.fragments, err = s.table(int64(le.Uint64(b[80:])), n, 16); err != nil {
			return err
		}
	}
	at := le.Uint64(b[56:])
	if at == squashNone {
		return nil
	}
	var h [16]byte
	if _, err := s.in.ReadAt(h[:], int64(at)); err != nil {
		return err
	}
	s.attrs = int64(le.Uint64(h[:]))
	s.attrIDs, err = s.table(int64(at)+16, int64(le.Uint32(h[8:])), 16)
	return err
}

// squashTable is an array in metadata blocks whose places are listed at a
// place of the image.
type squashTable struct{ at, n, size int64 }

var errTable = errors.New("a table lies outside the image")

func (s *squash) table(at, n, size int64) (squashTable, error) {
	blocks := (n*size + metaSize - 1) / metaSize
	if at < squashSuper || at > s.in.size || blocks*8 > s.in.size-at {
		return squashTable{}, errTable
	}
	return squashTable{at, n, size}, nil
}

// read reads element i.
func (t squashTable) read(s *squash, i int64, p []byte) error {
	if i < 0 || i >= t.n {
		return errors.New("a reference that is not in its table")
	}
	var b [8]byte
	if _, err := s.in.ReadAt(b[:], t.at+i*t.size/metaSize*8); err != nil {
		return err
	}
	r := &metaReader{s: s, block: int64(le.Uint64(b[:])), off: int(i * t.size % metaSize)}
	return r.read(p)
}
