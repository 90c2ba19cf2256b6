package rpmmd

import (
	"bytes"
	_ "crypto/sha256" // the algorithms of digests
	_ "crypto/sha512"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// Limits of repomd.xml.
const (
	MaxRepomd  = 4 << 20
	maxRecords = 1000
	// MaxFile bounds what is believed of the size of an index, packed or not.
	MaxFile = 2 << 30
)

// Repomd is what a repository's repomd.xml says.
type Repomd struct {
	Revision string
	Records  map[string]Record // by type: "primary", "filelists"
	Modular  bool              // the repository has modules
}

// Record names one file of metadata.
type Record struct {
	Path       string // below the repository's root
	Digest     digest.Digest
	Size       int64
	OpenDigest digest.Digest // of the unpacked file; may be empty
	OpenSize   int64         // -1 when it is not named
	Timestamp  time.Time     // zero when it is not named
}

type repomdXML struct {
	XMLName  xml.Name `xml:"repomd"`
	Revision string   `xml:"revision"`
	Data     []struct {
		Type         string       `xml:"type,attr"`
		Checksum     checksumXML  `xml:"checksum"`
		OpenChecksum *checksumXML `xml:"open-checksum"`
		Location     locationXML  `xml:"location"`
		Timestamp    string       `xml:"timestamp"`
		Size         string       `xml:"size"`
		OpenSize     string       `xml:"open-size"`
	} `xml:"data"`
}

type checksumXML struct {
	Type string `xml:"type,attr"`
	Sum  string `xml:",chardata"`
}

type locationXML struct {
	Href string `xml:"href,attr"`
	Base string `xml:"http://www.w3.org/XML/1998/namespace base,attr"`
}

// ParseRepomd reads a repomd.xml. Records of other types than primary and
// filelists are not looked at.
func ParseRepomd(data []byte) (*Repomd, error) {
	if len(data) > MaxRepomd {
		return nil, fmt.Errorf("reading repomd.xml: it has more than %d bytes", MaxRepomd)
	}
	var in repomdXML
	d := xml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("reading repomd.xml: %w", err)
	}
	if err := onlySpace(d); err != nil {
		return nil, fmt.Errorf("reading repomd.xml: %w", err)
	}
	if len(in.Data) > maxRecords {
		return nil, fmt.Errorf("reading repomd.xml: it names more than %d files", maxRecords)
	}
	out := &Repomd{Revision: strings.TrimSpace(in.Revision), Records: map[string]Record{}}
	if len(out.Revision) > 64 || strings.ContainsFunc(out.Revision, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("reading repomd.xml: its revision is not a short word")
	}
	for _, x := range in.Data {
		out.Modular = out.Modular || x.Type == "modules"
		if x.Type != "primary" && x.Type != "filelists" {
			continue
		}
		if _, twice := out.Records[x.Type]; twice {
			return nil, fmt.Errorf("reading repomd.xml: it names %s twice", x.Type)
		}
		r := Record{OpenSize: -1}
		var err error
		if r.Path, err = x.Location.path(); err == nil {
			r.Digest, err = x.Checksum.digest()
		}
		if err == nil && x.OpenChecksum != nil {
			r.OpenDigest, err = x.OpenChecksum.digest()
		}
		if err == nil {
			r.Size, err = size(x.Size)
		}
		if err == nil && x.OpenSize != "" {
			r.OpenSize, err = size(x.OpenSize)
		}
		if err == nil {
			r.Timestamp, err = timestamp(x.Timestamp)
		}
		if err != nil {
			return nil, fmt.Errorf("reading repomd.xml: %s: %w", x.Type, err)
		}
		out.Records[x.Type] = r
	}
	if _, ok := out.Records["primary"]; !ok {
		return nil, errors.New("reading repomd.xml: it names no primary.xml")
	}
	return out, nil
}

// Date is the newest that the repository says of its own age: its revision,
// where that is a number of seconds, and the times of its metadata.
func (r *Repomd) Date() time.Time {
	var newest time.Time
	for _, x := range r.Records {
		if x.Timestamp.After(newest) {
			newest = x.Timestamp
		}
	}
	if t, err := timestamp(r.Revision); err == nil && len(r.Revision) >= 9 && t.After(newest) {
		newest = t
	}
	return newest
}

func onlySpace(d *xml.Decoder) error {
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			if len(bytes.TrimSpace(t)) == 0 {
				continue
			}
		case xml.Comment:
			continue
		}
		return errors.New("something follows its end")
	}
}

func (l locationXML) path() (string, error) {
	if l.Base != "" {
		return "", fmt.Errorf("%q lies below %q, outside the repository", l.Href, l.Base)
	}
	return cleanPath(l.Href)
}

// cleanPath demands a clean relative path of printable characters.
func cleanPath(p string) (string, error) {
	odd := strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == '?' || r == '#' })
	if p == "" || p == "." || odd || path.IsAbs(p) || path.Clean(p) != p || p == ".." || strings.HasPrefix(p, "../") {
		return "", fmt.Errorf("%q is not a clean path below the repository", clip(p))
	}
	return p, nil
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

func (c checksumXML) digest() (digest.Digest, error) {
	if c.Type != "sha256" && c.Type != "sha512" {
		return "", fmt.Errorf("a checksum of the type %q is too weak or not known: sha256 or sha512 is needed", clip(c.Type))
	}
	d, err := digest.Parse(c.Type + ":" + strings.TrimSpace(c.Sum))
	if err != nil {
		return "", fmt.Errorf("%q is not a digest: %w", clip(c.Sum), err)
	}
	return d, nil
}

func size(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a size", clip(s))
	}
	return n, nil
}

// timestamp reads seconds since 1970, which old tools write with a fraction.
func timestamp(s string) (time.Time, error) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), ".")
	if s == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1<<40 {
		return time.Time{}, fmt.Errorf("%q is not a number of seconds", clip(s))
	}
	return time.Unix(n, 0).UTC(), nil
}
