package image

import (
	"errors"
	"strings"
	"time"
)

// Bits of an entry's mode above the nine permission bits.
const (
	Setuid = 0o4000
	Setgid = 0o2000
	Sticky = 0o1000
)

// Type is the type of an entry.
type Type string

// The types of entries.
const (
	Regular     Type = "file"
	Directory   Type = "directory"
	Symlink     Type = "symlink"
	HardLink    Type = "hardlink" // a further path of a file
	CharDevice  Type = "character-device"
	BlockDevice Type = "block-device"
	FIFO        Type = "fifo"
	Socket      Type = "socket"
)

// Entry is one path of an artifact.
type Entry struct {
	Path    string            `json:"path"` // relative, clean, slash separated; "!/" where a nested artifact begins, see SplitPath
	Type    Type              `json:"type"`
	Mode    uint32            `json:"mode"` // twelve permission bits
	UID     int64             `json:"uid"`
	GID     int64             `json:"gid"`
	Size    int64             `json:"size,omitempty"`  // bytes; 0 unless Regular
	ModTime time.Time         `json:"mtime"`           // UTC; the zero time when the format has none
	Link    string            `json:"link,omitempty"`  // text of a Symlink, path of the file of a HardLink
	Major   uint32            `json:"major,omitempty"` // of devices
	Minor   uint32            `json:"minor,omitempty"`
	Xattrs  map[string][]byte `json:"xattrs,omitempty"`
	Fields  []Field           `json:"fields,omitempty"` // what else the format records, in its order
}

// Field is one fact that only a format knows, such as an inode number, a
// record of a PAX header, or the UUID of a file system.
type Field struct {
	Name  string `json:"name"` // in the format's own word: "ino", "atime", "uuid"
	Value string `json:"value"`
}

// Bits of st_mode, which cpio, squashfs, ext, Rock Ridge and zip record.
const (
	statType   = 0o170000
	statSocket = 0o140000
	statLink   = 0o120000
	statFile   = 0o100000
	statBlock  = 0o060000
	statDir    = 0o040000
	statChar   = 0o020000
	statFIFO   = 0o010000
)

// typeOfStat maps the type bits of st_mode.
func typeOfStat(mode uint32) (Type, bool) {
	switch mode & statType {
	case statFile:
		return Regular, true
	case statDir:
		return Directory, true
	case statLink:
		return Symlink, true
	case statChar:
		return CharDevice, true
	case statBlock:
		return BlockDevice, true
	case statFIFO:
		return FIFO, true
	case statSocket:
		return Socket, true
	}
	return "", false
}

// isDevice says whether a device number belongs to entries of that type.
func (t Type) isDevice() bool { return t == CharDevice || t == BlockDevice }

// deviceNumber splits the encoding of device numbers that Linux gives to user
// space and keeps on disk: 12 bits of major, 20 of minor.
func deviceNumber(dev uint32) (major, minor uint32) {
	return dev >> 8 & 0xfff, dev&0xff | dev>>12&0xfff00
}

// pathMax is the length that a path within one artifact may have. It also
// bounds how deep directories lie.
const pathMax = 32 << 10

// The errors of names.
var (
	errNameEmpty  = errors.New("the name is empty")
	errNameNUL    = errors.New("the name holds a NUL byte")
	errNameParent = errors.New(`the name has a component ".."`)
	errNameSlash  = errors.New("the name of a directory entry holds a slash")
	errNameLong   = errors.New("the path is longer than 32 KiB")
)

// cleanPath returns an archive member's name without a leading slash, empty
// and "." components. The root gives "".
func cleanPath(name string) (string, error) {
	switch {
	case name == "":
		return "", errNameEmpty
	case strings.IndexByte(name, 0) >= 0:
		return "", errNameNUL
	case len(name) > pathMax:
		return "", errNameLong
	}
	var kept []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return "", errNameParent
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "/"), nil
}

// joinName returns the path of a directory's entry.
func joinName(dir, name string) (string, error) {
	switch {
	case name == "":
		return "", errNameEmpty
	case name == ".." || name == ".":
		return "", errNameParent
	case strings.IndexByte(name, 0) >= 0:
		return "", errNameNUL
	case strings.IndexByte(name, '/') >= 0:
		return "", errNameSlash
	case len(dir)+1+len(name) > pathMax:
		return "", errNameLong
	case dir == "":
		return name, nil
	}
	return dir + "/" + name, nil
}
