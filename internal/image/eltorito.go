package image

import (
	"io"
	"strconv"
)

// boot shows the boot images of El Torito that are no files of the tree, as
// "[BOOT]/1" and so on. One whose size the catalog does not tell lasts to the
// end of the image.
func (i *iso) boot() error {
	b := make([]byte, isoSector)
	if _, err := i.in.ReadAt(b, i.catalog*isoSector); err != nil {
		return i.fail("[BOOT]", err)
	}
	if i.noting() {
		i.noteCatalog(b)
	}
	for n := 1; n < isoSector/32; n++ {
		e := b[n*32:]
		if e[0] != 0x88 { // not bootable: a header of a section, or nothing
			continue
		}
		block, sectors := int64(le.Uint32(e[8:])), int64(le.Uint16(e[6:]))
		if i.files[block] {
			continue
		}
		i.files[block] = true
		path := "[BOOT]/" + strconv.Itoa(n)
		off, size := block*isoSector, sectors*512
		if sectors <= 1 {
			size = i.in.size - off
		}
		if off >= i.in.size || size > i.in.size-off {
			return i.fail(path, io.ErrUnexpectedEOF)
		}
		if err := i.emit(Entry{Path: path, Type: Regular, Mode: 0o444, Size: size}, section(i.in, off, size)); err != nil {
			return err
		}
	}
	return nil
}
