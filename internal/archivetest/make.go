package archivetest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Entry is an entry of a tar: a directory when the path ends in "/", a
// symbolic link when Link is set, else a file, unless Kind says otherwise.
type Entry struct {
	Path, Text, Link string
	Mode             int64 // 0: 0755 for directories, else 0644
	Kind             byte
	Size             int64 // a header's lie, when set: the archive ends there
}

// Deb is a binary package. Its architecture is amd64.
type Deb struct {
	Name, Version string // no version is 1.0
	Fields        string // lines of the control file after these
	Entries       []Entry
	Compress      string // suffix of data.tar
}

func (d Deb) version() string {
	if d.Version == "" {
		return "1.0"
	}
	return d.Version
}

func (d Deb) control() string {
	fields := d.Fields
	if fields != "" && !strings.HasSuffix(fields, "\n") {
		fields += "\n"
	}
	return fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: Test <test@example.org>\n%sDescription: test\n",
		d.Name, d.version(), fields)
}

// Bytes returns the package as a file.
func (d Deb) Bytes() []byte {
	return Ar(
		Member{"debian-binary", []byte("2.0\n")},
		Member{"control.tar.gz", Compress(".gz", Tar([]Entry{{Path: "./control", Text: d.control()}}))},
		Member{"data.tar" + d.Compress, Compress(d.Compress, Tar(d.Entries))},
	)
}

// Member is a member of an ar archive.
type Member struct {
	Name string
	Data []byte
}

// Ar returns an ar archive.
func Ar(members ...Member) []byte {
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.Name, 0, 0, 0, "100644", len(m.Data))
		b.Write(m.Data)
		if len(m.Data)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// Tar returns a tar archive. Its entries belong to somebody, so that whoever
// unpacks it has something to normalise.
func Tar(entries []Entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := e.header()
		must(w.WriteHeader(h))
		_, err := io.WriteString(w, e.Text)
		must(err)
		if e.Size != 0 {
			return b.Bytes()
		}
	}
	must(w.Close())
	return b.Bytes()
}

func (e Entry) header() *tar.Header {
	h := &tar.Header{Name: e.Path, Mode: e.Mode, Typeflag: e.Kind, Linkname: e.Link, Uid: 7, Uname: "who", Size: int64(len(e.Text))}
	switch {
	case e.Kind != 0:
	case strings.HasSuffix(e.Path, "/"):
		h.Typeflag = tar.TypeDir
	case e.Link != "":
		h.Typeflag = tar.TypeSymlink
	default:
		h.Typeflag = tar.TypeReg
	}
	if h.Mode == 0 {
		h.Mode = 0o644
		if h.Typeflag == tar.TypeDir {
			h.Mode = 0o755
		}
	}
	if e.Size != 0 {
		h.Size = e.Size
	}
	return h
}

// Compress compresses data as a suffix says: "", ".gz", ".xz" or ".zst".
func Compress(suffix string, data []byte) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch suffix {
	case "":
		return data
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".xz":
		w, err = xz.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b)
	default:
		panic("archivetest: no writer for " + suffix)
	}
	must(err)
	_, err = w.Write(data)
	must(err)
	must(w.Close())
	return b.Bytes()
}

// NewKey makes a signing key; one whose lifetime in seconds is 0 does not expire.
func NewKey(created time.Time, lifetime uint32) *openpgp.Entity {
	config := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return created }, KeyLifetimeSecs: lifetime}
	e, err := openpgp.NewEntity("Test Archive", "", "archive@example.org", config)
	must(err)
	return e
}

// Keyring returns the public parts of keys.
func Keyring(keys ...*openpgp.Entity) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		must(k.Serialize(&b))
	}
	return b.Bytes()
}

// Clearsign signs a text with all keys.
func Clearsign(text string, at time.Time, keys ...*openpgp.Entity) []byte {
	var private []*packet.PrivateKey
	for _, k := range keys {
		private = append(private, k.PrivateKey)
	}
	var b bytes.Buffer
	w, err := clearsign.EncodeMulti(&b, private, &packet.Config{Time: func() time.Time { return at }})
	must(err)
	_, err = io.WriteString(w, text)
	must(err)
	must(w.Close())
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
