package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/opencontainers/go-digest"
)

// PartSchema is the value of a part's "schema".
const PartSchema = "dombuild/bundle-part/v1"

// MaxParts is how many parts a bundle may have.
const MaxParts = 10_000

// Part says what one part of a bundle holds. It is not signed: the manifest
// is, which names the blobs; what a part says of itself finds what broke on
// the way.
type Part struct {
	Schema   string        `json:"schema"`
	Manifest digest.Digest `json:"manifest"`
	Number   int           `json:"number"` // from 1
	Of       int           `json:"of"`
	Pieces   []Piece       `json:"pieces"` // sorted by digest and offset
}

// Piece is a blob, or a run of bytes of one.
type Piece struct {
	Digest digest.Digest `json:"digest"` // of the blob
	Offset int64         `json:"offset"`
	Size   int64         `json:"size"`
	Sum    digest.Digest `json:"sum,omitempty"` // of the piece; none where it is the whole blob
}

func (p Piece) name() string {
	if p.Sum == "" {
		return blobName(p.Digest)
	}
	return pieceDir + p.Digest.Algorithm().String() + "/" + p.Digest.Encoded() + "/" + strconv.FormatInt(p.Offset, 10)
}

func (p Part) format() ([]byte, error) { return json.Marshal(p) }

func parsePart(text []byte, manifest digest.Digest) (*Part, error) {
	var p Part
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading %s: %w", partName, err)
	}
	again, err := p.format()
	switch {
	case err != nil:
		return nil, err
	case p.Schema != PartSchema:
		return nil, fmt.Errorf("reading %s: its schema is %q, this program reads %q", partName, p.Schema, PartSchema)
	case !bytes.Equal(again, text):
		return nil, fmt.Errorf("%s is not in its one form", partName)
	case p.Manifest != manifest:
		return nil, fmt.Errorf("it is a part of %s, its manifest is %s", p.Manifest, manifest)
	case p.Number < 1 || p.Number > p.Of || p.Of > MaxParts:
		return nil, fmt.Errorf("it cannot be part %d of %d", p.Number, p.Of)
	}
	return &p, nil
}

// archive is where everything lies in the tar of a part.
func (p Part) archive(m Manifest, manifest, text []byte, signatures [][]byte) (archive, error) {
	a, err := opening(manifest, signatures)
	if err == nil {
		err = a.text(partName, text)
	}
	if err != nil {
		return a, err
	}
	items := map[digest.Digest]item{}
	for _, x := range m.items() {
		items[x.digest] = x
	}
	var last Piece
	for i, x := range p.Pieces {
		it, ok := items[x.Digest]
		whole := x.Offset == 0 && x.Size == it.size
		switch {
		case !ok:
			return a, fmt.Errorf("its piece of %s is in no manifest", x.Digest)
		case x.Offset < 0 || x.Size < 0 || x.Offset > it.size || x.Size > it.size-x.Offset || (x.Size == 0 && !whole):
			return a, fmt.Errorf("its piece of %s does not lie in the blob", x.Digest)
		case whole != (x.Sum == "") || (x.Sum != "" && checkBlob(x.Sum, x.Size, maxSize) != nil):
			return a, fmt.Errorf("its piece of %s has no sum, or one too many", x.Digest)
		case i > 0 && (x.Digest < last.Digest || (x.Digest == last.Digest && x.Offset < last.Offset+last.Size)):
			return a, fmt.Errorf("its piece of %s is out of order", x.Digest)
		}
		last = x
		if err := a.add(member{name: x.name(), size: x.Size, item: it, offset: x.Offset, sum: x.Sum}); err != nil {
			return a, err
		}
	}
	a.size += tarEnd
	return a, nil
}

// cutter lays out the parts of a bundle.
type cutter struct {
	limit int64 // bytes of one part
	fixed int64 // what each begins with
	parts []Part
	json  int64 // of the part that is being filled
	used  int64 // by its members
}

// maxPieceText bounds the JSON of one piece.
const maxPieceText = 512

var errSmall = errors.New("parts of that size do not even hold the manifest and a piece of a blob")

// split lays out the parts of at most limit bytes. Sums are not known yet, but
// how long they are.
func split(m Manifest, manifest []byte, signatures [][]byte, limit int64) ([]Part, error) {
	a, err := opening(manifest, signatures)
	if err != nil {
		return nil, err
	}
	c := cutter{limit: limit, fixed: a.size}
	c.begin()
	for _, x := range m.items() {
		for at := int64(0); ; {
			n, err := c.room(x, x.size-at)
			if err != nil {
				return nil, err
			}
			p := Piece{Digest: x.digest, Offset: at, Size: n}
			if n != x.size {
				p.Sum = digest.SHA256.FromBytes(nil)
			}
			c.put(p)
			if at += n; at == x.size {
				break
			}
		}
	}
	if len(c.parts) > MaxParts {
		return nil, fmt.Errorf("%d parts are more than %d", len(c.parts), MaxParts)
	}
	for i := range c.parts {
		c.parts[i].Manifest, c.parts[i].Number, c.parts[i].Of = digest.FromBytes(manifest), i+1, len(c.parts)
	}
	return c.parts, nil
}

func (c *cutter) begin() {
	c.parts = append(c.parts, Part{Schema: PartSchema, Pieces: []Piece{}})
	c.json, c.used = maxPieceText, 0
}

// headers is more than the headers of a member take.
const headers = 3 * tarBlock

// room is how many bytes of a blob go into the part that is being filled, or
// into a new one.
func (c *cutter) room(x item, want int64) (int64, error) {
	for range 2 {
		free := c.limit - c.fixed - headers - padded(c.json+maxPieceText) - c.used - headers - tarEnd
		free -= free % tarBlock
		if want <= free {
			return want, nil
		}
		if free >= tarBlock {
			return free, nil
		}
		if last := c.parts[len(c.parts)-1]; len(last.Pieces) == 0 {
			break
		}
		c.begin()
	}
	return 0, errSmall
}

func (c *cutter) put(p Piece) {
	last := &c.parts[len(c.parts)-1]
	last.Pieces = append(last.Pieces, p)
	c.json += maxPieceText
	c.used += headers + padded(p.Size)
}

// missingNumbers are the parts that are missing of so many.
func missingNumbers(have []int, of int) []int {
	var list []int
	for i := 1; i <= of; i++ {
		if !slices.Contains(have, i) {
			list = append(list, i)
		}
	}
	return list
}
