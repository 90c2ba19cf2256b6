package git

import (
	"archive/tar"
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"testing"
)

// packOf makes a pack of whole objects.
func packOf(objects ...object) []byte {
	numbers := map[Kind]byte{CommitKind: 1, TreeKind: 2, BlobKind: 3, TagKind: 4}
	b := bytes.NewBufferString("PACK")
	binary.Write(b, binary.BigEndian, []uint32{2, uint32(len(objects))})
	for _, o := range objects {
		size := len(o.content)
		first := numbers[o.kind]<<4 | byte(size&15)
		for size >>= 4; size > 0; size >>= 7 {
			b.WriteByte(first | 0x80)
			first = byte(size & 0x7f)
		}
		b.WriteByte(first)
		z := zlib.NewWriter(b)
		z.Write(o.content)
		z.Close()
	}
	sum := sha1.Sum(b.Bytes())
	b.Write(sum[:])
	return b.Bytes()
}

func open(t testing.TB, data []byte) (*Pack, error) {
	t.Helper()
	p, err := ReadPack(t.Context(), bytes.NewReader(data), SHA1)
	if err == nil {
		t.Cleanup(func() { p.Close() })
	}
	return p, err
}

func entryOf(mode, name string, id ID) string {
	raw, _ := hex.DecodeString(string(id))
	return mode + " " + name + "\x00" + string(raw)
}

func TestPackRefused(t *testing.T) {
	good := packOf(object{BlobKind, []byte("hello")})
	resum := func(edit func([]byte) []byte) []byte {
		body := edit(bytes.Clone(good[:len(good)-20]))
		sum := sha1.Sum(body)
		return append(body, sum[:]...)
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":         {nil, "unexpected EOF"},
		"cut off":       {good[:len(good)-1], "have the sum"},
		"flipped":       {append(bytes.Clone(good[:20]), append([]byte{good[20] ^ 1}, good[21:]...)...), "have the sum"},
		"other version": {resum(func(b []byte) []byte { b[7] = 3; return b }), "version 2"},
		"too many":      {resum(func(b []byte) []byte { b[8] = 0xff; return b }), "more than"},
		"one more":      {resum(func(b []byte) []byte { b[11] = 2; return b }), "unexpected EOF"},
		"garbage":       {resum(func(b []byte) []byte { return append(b, "xx"...) }), "2 bytes after"},
		"wrong size":    {resum(func(b []byte) []byte { b[12] = 3<<4 | 4; return b }), "not what it says"},
		"unknown type":  {resum(func(b []byte) []byte { b[12] = 5<<4 | 5; return b }), "unknown type"},
		"no base":       {resum(func(b []byte) []byte { b[12] = 6<<4 | 5; return b }), "delta"},
	} {
		if _, err := open(t, tt.data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestTreeRefused(t *testing.T) {
	blob := object{BlobKind, []byte("x")}
	id := Name(SHA1, BlobKind, blob.content)
	file := func(name string) string { return entryOf("100644", name, id) }
	for name, tt := range map[string]struct{ tree, want string }{
		"git":            {file(".git"), "repository's own"},
		"git in capital": {file(".GIT"), "repository's own"},
		"git on HFS":     {file(".g\u200cit"), "repository's own"},
		"git on NTFS":    {file("GIT~1"), "repository's own"},
		"git and dots":   {file(".git. . "), "repository's own"},
		"git stream":     {file(".git::$INDEX_ALLOCATION"), "repository's own"},
		"parent":         {file(".."), "not the name"},
		"slash":          {file("a/b"), "not the name"},
		"backslash":      {file(`a\b`), "not the name"},
		"control":        {file("a\nb"), "control"},
		"latin1":         {file("caf\xe9"), "UTF-8"},
		"twice":          {file("a") + file("a"), "order"},
		"file and dir":   {file("a") + file("a.b") + entryOf("40000", "a", id), "twice"},
		"out of order":   {file("b") + file("a"), "order"},
		"device":         {entryOf("60000", "a", id), "mode"},
		"link to mods":   {entryOf("120000", ".gitmodules", id), "symbolic link"},
		"missing":        {entryOf("100644", "a", ID(strings.Repeat("a", 40))), "there is no blob"},
		"tree as file":   {entryOf("40000", "a", id), "is a blob, not a tree"},
		"cut off":        {"100644 a\x00abc", "cut off"},
	} {
		top := object{TreeKind, []byte(tt.tree)}
		p, err := open(t, packOf(blob, top))
		if err != nil {
			t.Fatal(err)
		}
		_, err = NewWriter(tar.NewWriter(io.Discard)).Tree(t.Context(), p, Name(SHA1, TreeKind, top.content), "")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// TestSignedCommit has the signature before and behind other headers.
func TestSignedCommit(t *testing.T) {
	const first, last = "tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n", "encoding x\n"
	const signature, message = "gpgsig -----BEGIN\n \n x\n -----END\n", "\nmessage\n\nmore\n"
	for _, text := range []string{first + signature + message, first + last + signature + message, first + signature + last + message} {
		s, err := ParseCommit(SHA1, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Replace(text, signature, "", 1); string(s.Text) != want {
			t.Errorf("signed is %q, want %q", s.Text, want)
		}
		if string(s.Signature) != "-----BEGIN\n\nx\n-----END\n" {
			t.Errorf("the signature is %q", s.Signature)
		}
	}
	for _, text := range []string{first + first + message, "author A <a@b> 1 +0000\n" + first + message, first + signature + signature + message} {
		if _, err := ParseCommit(SHA1, []byte(text)); err == nil {
			t.Errorf("accepted %q", text)
		}
	}
}

func TestResolve(t *testing.T) {
	for _, tt := range [][3]string{
		{"https://example.org/a/b.git", "../c.git", "https://example.org/a/c.git"},
		{"https://example.org/a/b.git", "./c", "https://example.org/a/b.git/c"},
		{"https://example.org/a/b.git", "../../../c", ""},
		{"https://example.org/a", "https://example.net/x", "https://example.net/x"},
	} {
		got, err := Resolve(tt[0], tt[1])
		if got != tt[2] || (err != nil) != (tt[2] == "") {
			t.Errorf("Resolve(%q, %q) = %q, %v", tt[0], tt[1], got, err)
		}
	}
}

func FuzzReadPack(f *testing.F) {
	f.Add(packOf(object{BlobKind, []byte("hello")}, object{TreeKind, []byte(entryOf("100644", "a", Name(SHA1, BlobKind, []byte("hello"))))}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 20 { // the sum stands between the fuzzer and the parser
			sum := sha1.Sum(data[:len(data)-20])
			data = append(data[:len(data)-20:len(data)-20], sum[:]...)
		}
		p, err := open(t, data)
		if err != nil {
			return
		}
		for id := range p.byID {
			if content, err := p.Object(id, p.Kind(id)); err != nil || Name(SHA1, p.Kind(id), content) != id {
				t.Errorf("%s has other bytes: %v", id, err)
			}
			if p.Kind(id) == TreeKind {
				_, _ = NewWriter(tar.NewWriter(io.Discard)).Tree(t.Context(), p, id, "")
			}
		}
	})
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte("tree " + strings.Repeat("a", 40) + "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\ngpgsig x\n y\n\nmessage\n"))
	f.Add([]byte("object " + strings.Repeat("a", 40) + "\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nmessage\n-----BEGIN PGP SIGNATURE-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := ParseCommit(SHA1, data); err == nil && s.Signature == nil && !bytes.Equal(s.Text, data) {
			t.Errorf("an unsigned commit is not what it says")
		}
		if s, err := ParseTag(SHA1, data); err == nil && !bytes.Equal(append(bytes.Clone(s.Text), s.Signature...), data) {
			t.Errorf("text and signature are not the tag")
		}
		_, _ = ModuleURLs(data)
		_, _ = Patch(data, data, 1<<20)
	})
}
