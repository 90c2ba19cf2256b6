package image

import (
	"errors"
	"hash/crc32"
	"strconv"
)

// maxPartitions bounds a partition table; the usual GPT has 128.
const maxPartitions = 4096

func isGPT(h []byte) bool { return gptSector(h) > 0 }

// gptSector is the size of sectors that the place of the header tells.
func gptSector(h []byte) int64 {
	for _, n := range []int{512, 4096} {
		if len(h) >= n+8 && string(h[n:n+8]) == "EFI PART" {
			return int64(n)
		}
	}
	return 0
}

// gpt shows the partitions of a GPT disk (UEFI specification, chapter 5) as
// files "p1", "p2" …, numbered by their place in the table. Checksums of the
// header and the table are verified.
func (w *walker) gpt(in input) error {
	t, err := readGPT(in)
	if err != nil {
		return w.fail("", err)
	}
	for i, entries := 1, t.entries; len(entries) > 0; i, entries = i+1, entries[t.size:] {
		if [16]byte(entries) == [16]byte{} {
			continue
		}
		first, last := int64(le.Uint64(entries[32:])), int64(le.Uint64(entries[40:]))
		if err := w.partition(in, i, first, last-first+1, t.sector); err != nil {
			return err
		}
	}
	return nil
}

// gptTable is the header and the table of a GPT disk.
type gptTable struct {
	sector  int64
	header  []byte
	entries []byte
	size    int // of an entry
}

func readGPT(in input) (*gptTable, error) {
	head, err := readAtMost(in, 0, 8192)
	if err != nil {
		return nil, err
	}
	sector := gptSector(head)
	if sector == 0 || int64(len(head)) < sector+92 {
		return nil, errors.New("there is no header")
	}
	h := head[sector:]
	length := le.Uint32(h[12:])
	if length < 92 || int64(length) > min(sector, int64(len(h))) {
		return nil, errors.New("a damaged header")
	}
	h = h[:length]
	clear := append([]byte{}, h...)
	copy(clear[16:20], "\x00\x00\x00\x00")
	if crc32.ChecksumIEEE(clear) != le.Uint32(h[16:]) {
		return nil, errors.New("the header does not have its checksum")
	}
	table := int64(le.Uint64(h[72:]))
	n, size := le.Uint32(h[80:]), le.Uint32(h[84:])
	if n > maxPartitions || size < 128 || size > 4096 || table < 0 || table > in.size/sector {
		return nil, errors.New("a damaged header")
	}
	t := &gptTable{sector, h, make([]byte, int64(n)*int64(size)), int(size)}
	if _, err := in.ReadAt(t.entries, table*sector); err != nil && n > 0 {
		return nil, err
	}
	if crc32.ChecksumIEEE(t.entries) != le.Uint32(h[88:]) {
		return nil, errors.New("the table does not have its checksum")
	}
	return t, nil
}

func (w *walker) partition(in input, number int, first, count, sector int64) error {
	path := "p" + strconv.Itoa(number)
	if first < 0 || count < 0 || first > in.size/sector || count > in.size/sector-first {
		return w.failf(path, "it lies outside the disk")
	}
	return w.emit(Entry{Path: path, Type: Regular, Mode: 0o600, Size: count * sector}, section(in, first*sector, count*sector))
}

// mbrEntry is an entry of the table in a master boot record.
type mbrEntry struct {
	status, kind byte
	first, count int64
}

func mbrTable(sector []byte) (t [4]mbrEntry) {
	for i := range t {
		e := sector[446+16*i:]
		t[i] = mbrEntry{e[0], e[4], int64(le.Uint32(e[8:])), int64(le.Uint32(e[12:]))}
	}
	return t
}

// isMBR wants a table that makes sense, because the signature alone is in
// other boot sectors too, also in that of a Linux kernel.
func isMBR(h []byte, size int64) bool {
	if len(h) < 512 || h[510] != 0x55 || h[511] != 0xaa || len(h) > 0x206 && string(h[0x202:0x206]) == "HdrS" {
		return false
	}
	used := false
	for _, e := range mbrTable(h) {
		if e.status&0x7f != 0 || e.kind != 0 && (e.first == 0 || e.count == 0 || size >= 0 && e.first*512 >= size) {
			return false
		}
		used = used || e.kind != 0
	}
	return used
}

// isExtended says whether a partition holds further ones.
func (e mbrEntry) isExtended() bool { return e.kind == 0x05 || e.kind == 0x0f || e.kind == 0x85 }

// mbr shows the partitions of a disk with a DOS partition table, primary ones
// "p1" to "p4" and logical ones from "p5".
func (w *walker) mbr(in input) error {
	b := make([]byte, 512)
	if _, err := in.ReadAt(b, 0); err != nil {
		return w.fail("", err)
	}
	for i, e := range mbrTable(b) {
		if e.kind == 0 {
			continue
		}
		if e.isExtended() {
			if err := w.logical(in, e); err != nil {
				return err
			}
			continue
		}
		if err := w.partition(in, i+1, e.first, e.count, 512); err != nil {
			return err
		}
	}
	return nil
}

// logical follows the chain of records in an extended partition. Each names a
// partition, relative to itself, and the next record, relative to the first.
func (w *walker) logical(in input, extended mbrEntry) error {
	b := make([]byte, 512)
	at := extended.first
	for number := 5; ; number++ {
		if number > maxPartitions {
			return w.failf("", "the chain of logical partitions does not end")
		}
		if _, err := in.ReadAt(b, at*512); err != nil {
			return w.fail("", err)
		}
		if b[510] != 0x55 || b[511] != 0xaa {
			return w.fail("", errors.New("a record of a logical partition has no signature"))
		}
		t := mbrTable(b)
		if t[0].kind != 0 {
			if err := w.partition(in, number, at+t[0].first, t[0].count, 512); err != nil {
				return err
			}
		}
		if t[1].kind == 0 {
			return nil
		}
		at = extended.first + t[1].first
	}
}
