package store

import (
	"bytes"
	"testing"
)

func FuzzRecord(f *testing.F) {
	good, err := encodeRecord(Record{"step", "key", []byte("data")})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, good[:len(good)/2], nil, []byte("null"), []byte("{}"), bytes.Repeat([]byte("["), 1000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		r, err := decodeRecord(src)
		if err != nil {
			return
		}
		again, err := encodeRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeRecord(again)
		if err != nil || back.Kind != r.Kind || back.Key != r.Key || !bytes.Equal(back.Data, r.Data) {
			t.Errorf("%+v came back as %+v, %v", r, back, err)
		}
	})
}

func FuzzIndex(f *testing.F) {
	d := "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, seed := range []string{
		emptyIndex,
		`{"schemaVersion":2,"manifests":[{"digest":"` + d + `"}]}`,
		`{"schemaVersion":2,"config":{"digest":"` + d + `"},"layers":[{"digest":"../x"}]}`,
		`{"schemaVersion":1}`, `null`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		digests, err := parseIndex(src)
		if err != nil {
			return
		}
		for _, d := range digests {
			if err := checkDigest(d); err != nil {
				t.Errorf("a digest was not checked: %v", err)
			}
		}
	})
}
