package rpm

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
)

// Tags of the signature header.
const (
	sigRegion    = 62
	sigDSA       = 267 // OpenPGP signature of the header, by an algorithm other than RSA
	sigRSA       = 268
	sigSHA256    = 273 // of the header, in hexadecimal digits
	sigOpenPGP   = 278 // OpenPGP signatures in base64 (RPM 6)
	maxSignature = 64 << 10
)

// Tags of the header.
const (
	tagRegion         = 63
	tagName           = 1000
	tagVersion        = 1001
	tagRelease        = 1002
	tagEpoch          = 1003
	tagArch           = 1022
	tagSourceRPM      = 1044
	tagFileSizes      = 1028
	tagFileModes      = 1030
	tagFileFlags      = 1037
	tagDirIndexes     = 1116
	tagBaseNames      = 1117
	tagDirNames       = 1118
	tagPayloadFormat  = 1124
	tagLongFileSizes  = 5008
	tagPayloadDigest  = 5092
	tagPayloadDigests = 5093 // the algorithm, by its OpenPGP number
)

// ghost is the flag of a file that a package owns and does not hold.
const ghost = 1 << 6

// File is a package file whose headers are read.
type File struct {
	Signature, Header *Header
	in                io.ReaderAt
	size              int64
}

// Open reads the headers of a binary package of size bytes.
func Open(in io.ReaderAt, size int64) (*File, error) {
	lead := make([]byte, LeadSize)
	if _, err := in.ReadAt(lead, 0); err != nil {
		return nil, fmt.Errorf("reading the lead: %w", cut(err))
	}
	if string(lead[:4]) != leadMagic {
		return nil, errors.New("it is not an RPM package")
	}
	if lead[6] != 0 || lead[7] != 0 {
		return nil, errors.New("it is not a binary package")
	}
	signature, err := ReadHeader(in, size, LeadSize)
	if err != nil {
		return nil, fmt.Errorf("reading its signature header: %w", cut(err))
	}
	header, err := ReadHeader(in, size, (signature.End()+7)&^7)
	if err != nil {
		return nil, fmt.Errorf("reading its header: %w", cut(err))
	}
	return &File{signature, header, in, size}, nil
}

// NEVRA is what a package says it is.
type NEVRA struct {
	Name string
	EVR  EVR
	Arch string
}

func (n NEVRA) String() string { return n.Name + "-" + n.EVR.String() + "." + n.Arch }

// NEVRA reads name, version and architecture from the header.
func (f *File) NEVRA() (NEVRA, error) {
	epoch, err := f.Header.Numbers(tagEpoch)
	if err != nil || len(epoch) > 1 {
		return NEVRA{}, ErrHeader
	}
	v, err := NewEVR("", f.Header.Text(tagVersion), f.Header.Text(tagRelease))
	if err != nil {
		return NEVRA{}, err
	}
	if len(epoch) == 1 {
		v.Epoch = uint32(epoch[0])
	}
	n := NEVRA{f.Header.Text(tagName), v, f.Header.Text(tagArch)}
	if n.Name == "" || n.Arch == "" || strings.ContainsAny(n.Name+n.Arch, "/ \n") {
		return n, errors.New("its header lacks a valid name or architecture")
	}
	return n, nil
}

// Signed returns the bytes that signatures of the header cover: the header as
// it stands in the file.
func (f *File) Signed() ([]byte, error) {
	if err := f.Header.whole(tagRegion); err != nil {
		return nil, err
	}
	b := make([]byte, f.Header.Size)
	if _, err := io.ReadFull(io.NewSectionReader(f.in, f.Header.Offset, f.Header.Size), b); err != nil {
		return nil, cut(err)
	}
	return b, nil
}

// Signatures returns the OpenPGP signatures of the header, as packets.
// Signatures of header and payload together, of RPM 3, are not among them.
func (f *File) Signatures() ([][]byte, error) {
	var list [][]byte
	for _, id := range []uint32{sigRSA, sigDSA} {
		b, err := f.Signature.Binary(id)
		if err != nil {
			return nil, fmt.Errorf("reading its signature: %w", err)
		}
		if len(b) > 0 {
			list = append(list, b)
		}
	}
	texts, err := f.Signature.Texts(sigOpenPGP)
	if err != nil {
		return nil, fmt.Errorf("reading its signatures: %w", err)
	}
	for _, text := range texts {
		b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
		if err != nil {
			return nil, fmt.Errorf("reading its signatures: %w", err)
		}
		list = append(list, b)
	}
	for _, b := range list {
		if len(b) > maxSignature {
			return nil, fmt.Errorf("a signature has %d bytes", len(b))
		}
	}
	return list, nil
}

// Verify holds the payload against the digest in the header, and the header
// against the digest in the signature header, if there is one. MD5 and SHA-1
// are not looked at: a package that has nothing better is refused.
func (f *File) Verify() error {
	header, err := f.Signed()
	if err != nil {
		return err
	}
	if want := f.Signature.Text(sigSHA256); want != "" {
		if sum := sha256.Sum256(header); hex.EncodeToString(sum[:]) != want {
			return errors.New("its header does not have the SHA-256 that its signature header names")
		}
	}
	h, want, err := f.payloadDigest()
	if err != nil {
		return err
	}
	if _, err := io.Copy(h, io.NewSectionReader(f.in, f.Header.End(), f.size-f.Header.End())); err != nil {
		return fmt.Errorf("reading its payload: %w", err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("its payload has the digest %s, and its header names %s", got, want)
	}
	return nil
}

func (f *File) payloadDigest() (hash.Hash, string, error) {
	sums, err := f.Header.Texts(tagPayloadDigest)
	if err != nil {
		return nil, "", fmt.Errorf("reading the digest of its payload: %w", err)
	}
	algorithms, err := f.Header.Numbers(tagPayloadDigests)
	if err != nil {
		return nil, "", fmt.Errorf("reading the digest of its payload: %w", err)
	}
	if len(sums) == 0 {
		return nil, "", errors.New("its header names no SHA-256 of the payload, so that a signature of the header does not cover the payload")
	}
	algorithm := uint64(8) // RPM 6 leaves it out
	if len(algorithms) > 0 {
		algorithm = algorithms[0]
	}
	switch algorithm {
	case 8:
		return sha256.New(), sums[0], nil
	case 9:
		return sha512.New384(), sums[0], nil
	case 10:
		return sha512.New(), sums[0], nil
	}
	return nil, "", fmt.Errorf("its header names the payload by a digest of the algorithm %d, which is too weak or not known", algorithm)
}

// Listed is a file that the header lists.
type Listed struct {
	Path  string // absolute, clean
	Mode  uint32 // as stat(2) has it
	Ghost bool   // owned, and not in the payload
}

// Files returns what the header lists.
func (f *File) Files() ([]Listed, error) {
	if format := f.Header.Text(tagPayloadFormat); format != "" && format != "cpio" {
		return nil, fmt.Errorf("a payload of the format %q is not supported", format)
	}
	if _, long := f.Header.Tag(tagLongFileSizes); long {
		return nil, errors.New("a package with files of 4 GiB and more is not supported")
	}
	bases, err := f.Header.Texts(tagBaseNames)
	if err != nil {
		return nil, err
	}
	dirs, err := f.Header.Texts(tagDirNames)
	if err != nil {
		return nil, err
	}
	indexes, err := f.Header.Numbers(tagDirIndexes)
	if err != nil {
		return nil, err
	}
	modes, err := f.Header.Numbers(tagFileModes)
	if err != nil {
		return nil, err
	}
	flags, err := f.Header.Numbers(tagFileFlags)
	if err != nil {
		return nil, err
	}
	n := len(bases)
	if len(indexes) != n || len(modes) != n || len(flags) != n {
		return nil, errors.New("its lists of files have different lengths")
	}
	list := make([]Listed, n)
	for i, base := range bases {
		if indexes[i] >= uint64(len(dirs)) {
			return nil, ErrHeader
		}
		name := dirs[indexes[i]] + base
		if !strings.HasPrefix(name, "/") || path.Clean(name) != name && name != "/" {
			return nil, fmt.Errorf("its header lists %q, which is not a clean path", name)
		}
		list[i] = Listed{name, uint32(modes[i]), flags[i]&ghost != 0}
	}
	return list, nil
}
