package git

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// shattered are the first 320 bytes of the first published collision of SHA-1
// (Stevens and others, 2017): where they end, another text has the same state.
const shattered = "" +
	"255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033" +
	"203020522f547970652034203020522f537562747970652035203020522f46696c7465722036203020522f436f6c6f72" +
	"53706163652037203020522f4c656e6774682038203020522f42697473506572436f6d706f6e656e7420383e3e0a7374" +
	"7265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01" +
	"7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3" +
	"dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500" +
	"eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1"

func TestCollisionIsSeen(t *testing.T) {
	text, err := hex.DecodeString(shattered)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]error{320: ErrCollision, 192: nil} {
		h := newHash(SHA1)
		h.Write(text[:n])
		if id, err := idOf(h); !errors.Is(err, want) || (id == "") != (want != nil) {
			t.Errorf("%d bytes: %q %v, want %v", n, id, err, want)
		}
	}
	if id := Name(SHA1, BlobKind, text); id != "ef380704685cc8e54de9bc13556d1ff7026ec0cc" {
		t.Errorf("behind git's own head they are like any others, as git hash-object has it: %s", id)
	}
}

// tower is a commit of trees that each name the one below twice.
func tower(t *testing.T, height int, bottom string) (*List, ID) {
	t.Helper()
	objects := map[ID]string{}
	id, text := written(TreeKind, bottom)
	objects[id] = text
	for range height {
		below := id
		id, text = written(TreeKind, "40000 a\x00"+raw(below)+"40000 b\x00"+raw(below))
		objects[id] = text
	}
	commit, text := written(CommitKind, "tree "+string(id)+"\nauthor "+who+"committer "+who+"\nx\n")
	objects[commit] = text
	l, err := read(listOf(objects))
	if err != nil {
		t.Fatal(err)
	}
	return l, commit
}

// TestWalkEnds: small trees whose paths are more than anybody can count.
func TestWalkEnds(t *testing.T) {
	blob := Name(SHA1, BlobKind, []byte("x"))
	l, commit := tower(t, 100, "")
	if c, err := l.Walk(t.Context(), commit); err != nil || len(c.IDs) != 102 {
		t.Errorf("2^100 empty directories: %v", err)
	}
	l, commit = tower(t, 100, "160000 m\x00"+raw(ID(strings.Repeat("1", 40))))
	if _, err := l.Walk(t.Context(), commit); err == nil || !strings.Contains(err.Error(), "more than 10000 submodules") {
		t.Errorf("2^100 submodules: %v", err)
	}
	l, commit = tower(t, 200, "")
	if _, err := l.Walk(t.Context(), commit); err == nil || !strings.Contains(err.Error(), "deeper than 128") {
		t.Errorf("200 directories in one another: %v", err)
	}
	for name, want := range map[string]string{strings.Repeat("n", 4000): "no blob", strings.Repeat("n", 5000): "a name of more than 4096 bytes"} {
		l, commit = tower(t, 0, "100644 "+name+"\x00"+raw(blob))
		if _, err := l.Walk(t.Context(), commit); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a name of %d bytes: %.200v, want %s", len(name), err, want)
		}
	}
	l, commit = tower(t, 100, "100644 "+strings.Repeat("n", 4000)+"\x00"+raw(blob))
	if _, err := l.Walk(t.Context(), commit); err == nil || !strings.Contains(err.Error(), "is longer than 4096 bytes") {
		t.Errorf("a long path: %v", err)
	}
}

// zeros is a source of as many blobs as one likes, 64 MiB each.
type zeros struct{ content []byte }

func (z zeros) Object(ID, Kind) ([]byte, error) { return z.content, nil }
func (z zeros) Kind(ID) Kind                    { return BlobKind }
func (z zeros) Format() string                  { return SHA1 }

// TestWriteListEnds: a pack of few bytes may be a list of very many.
func TestWriteListEnds(t *testing.T) {
	c := &Closure{}
	for i := range 257 {
		c.IDs = append(c.IDs, ID(fmt.Sprintf("%040d", i)))
	}
	if err := WriteList(context.Background(), io.Discard, zeros{make([]byte, 64<<20)}, c); !errors.Is(err, ErrContents) {
		t.Errorf("16 GiB and 64 MiB: %v", err)
	}
	c.IDs = c.IDs[:256]
	if err := WriteList(context.Background(), io.Discard, zeros{make([]byte, 64<<20)}, c); err != nil {
		t.Errorf("16 GiB: %v", err)
	}
}
