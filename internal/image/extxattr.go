package image

import (
	"errors"
	"fmt"
)

const extXattrMagic = 0xea020000

// extPrefixes are the names that the index of an attribute stands for.
var extPrefixes = map[byte]string{1: "user.", 2: "system.posix_acl_access", 3: "system.posix_acl_default", 4: "trusted.",
	6: "security.", 7: "system.", 8: "system.richacl"}

var errExtXattrs = errors.New("damaged extended attributes")

// xattrs reads the attributes in the inode and in the block of their own. That
// of data in the inode becomes part of the content.
func (x *ext) xattrs(n *extInode) error {
	attrs := map[string][]byte{}
	if extra := n.extra(); extra > 0 && 128+extra+4 <= len(n.raw) && le.Uint32(n.raw[128+extra:]) == extXattrMagic {
		area := n.raw[128+extra+4:]
		if err := x.xattrEntries(attrs, area, area); err != nil {
			return err
		}
	}
	if at := int64(le.Uint32(n.raw[104:])) | int64(le.Uint16(n.raw[118:]))<<32; at != 0 {
		b, err := x.block(at)
		if err != nil {
			return err
		}
		if le.Uint32(b) != extXattrMagic || le.Uint32(b[8:]) != 1 {
			return errExtXattrs
		}
		if x.checksums && extSum(x.seed, le.AppendUint64(nil, uint64(at)), b[:16], le32(0), b[20:]) != le.Uint32(b[16:]) {
			return errChecksum
		}
		if err := x.xattrEntries(attrs, b[32:], b); err != nil {
			return err
		}
	}
	if n.flags&extInline != 0 {
		n.inline = attrs["system.data"]
		delete(attrs, "system.data")
		if n.Type != Directory && n.size > int64(60+len(n.inline)) {
			return errExtXattrs
		}
	}
	if len(attrs) > 0 {
		n.Xattrs = attrs
	}
	return nil
}

// xattrEntries reads a list of entries; the values are in another area that
// ends where the list's does.
func (x *ext) xattrEntries(attrs map[string][]byte, list, values []byte) error {
	for len(list) >= 4 && le.Uint32(list) != 0 {
		if len(list) < 16 || len(list) < 16+int(list[0]) {
			return errExtXattrs
		}
		nameLength, index := int(list[0]), list[1]
		prefix, known := extPrefixes[index]
		if !known {
			return fmt.Errorf("an extended attribute of the unknown kind %d", index)
		}
		value, err := x.xattrValue(list, values)
		if err != nil {
			return err
		}
		if index == 2 || index == 3 {
			if value, err = extACL(value); err != nil {
				return err
			}
		}
		attrs[prefix+string(list[16:16+nameLength])] = value
		if len(attrs) > maxXattrs {
			return errXattrs
		}
		list = list[min(16+(nameLength+3)&^3, len(list)):]
	}
	return nil
}

// xattrValue reads the value of an entry, which may be the content of an inode.
func (x *ext) xattrValue(entry, values []byte) ([]byte, error) {
	off, number, size := int(le.Uint16(entry[2:])), le.Uint32(entry[4:]), le.Uint32(entry[8:])
	if size > maxXattr {
		return nil, errXattrs
	}
	if number == 0 {
		if off > len(values) || int(size) > len(values)-off {
			return nil, errExtXattrs
		}
		return append([]byte{}, values[off:off+int(size)]...), nil
	}
	n, err := x.inodeOfValue(number)
	if err != nil {
		return nil, err
	}
	if n.size != int64(size) {
		return nil, errExtXattrs
	}
	value := make([]byte, size)
	_, err = x.content(n).ReadAt(value, 0)
	return value, err
}

// inodeOfValue reads an inode that holds a value. It has no attributes itself,
// so that they cannot lead in a circle.
func (x *ext) inodeOfValue(number uint32) (*extInode, error) {
	const holdsValue = 0x200000
	n, err := x.inodeWithoutXattrs(number)
	if err == nil && (n.flags&holdsValue == 0 || n.flags&extInline != 0 || n.Type != Regular) {
		err = errExtXattrs
	}
	return n, err
}

// extACL turns an access control list into the form that Linux shows: version
// 2, with an owner in each entry.
func extACL(b []byte) ([]byte, error) {
	if len(b) < 4 || le.Uint32(b) != 1 {
		return nil, errors.New("an access control list of an unknown version")
	}
	out := le32(2)
	for b = b[4:]; len(b) > 0; {
		if len(b) < 4 {
			return nil, errExtXattrs
		}
		tag, id := le.Uint16(b), uint32(1<<32-1)
		out = append(out, b[:4]...)
		if b = b[4:]; tag == 2 || tag == 8 { // a named user or group
			if len(b) < 4 {
				return nil, errExtXattrs
			}
			id, b = le.Uint32(b), b[4:]
		}
		out = append(out, le32(id)...)
	}
	return out, nil
}
