package commits

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// TestObjects: which files of a commit are elsewhere, and what is refused.
func TestObjects(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	const oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
	pointer := func(size int64) string {
		return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", oid, size)
	}
	const attributes = "*.bin filter=lfs\n"
	for name, test := range map[string]struct {
		files  map[string]string
		change func(*pins.Commit)
		want   string
	}{
		"one":       {map[string]string{".gitattributes": attributes, "a/b.bin": pointer(5), "c.txt": pointer(5)}, nil, "[sha256:" + oid + " 5]"},
		"below":     {map[string]string{"a/.gitattributes": attributes, "a/b.bin": pointer(5)}, nil, "[sha256:" + oid + " 5]"},
		"no other":  {map[string]string{".gitattributes": "*.bin -text\n", "b.bin": pointer(5)}, nil, "[]"},
		"no file":   {map[string]string{".gitattributes": attributes, "b.bin": "as it is"}, nil, "[]"},
		"lfs=0":     {map[string]string{".gitattributes": attributes, "b.bin": pointer(5)}, func(c *pins.Commit) { c.NoLFS = true }, "[]"},
		"two sizes": {map[string]string{".gitattributes": attributes, "a.bin": pointer(5), "b.bin": pointer(6)}, nil, "two sizes"},
		"large":     {map[string]string{".gitattributes": attributes, "a.bin": pointer(1 << 40)}, nil, "lfs=0 leaves it there"},
		"other lock": {map[string]string{".gitattributes": attributes, "b.bin": pointer(5)},
			func(c *pins.Commit) { c.Objects = []pins.Object{{Digest: "sha256:" + oid, Size: 6}} }, "than the lock says"},
	} {
		t.Run(name, func(t *testing.T) {
			o, c := openedWith(t, st, func(dir string) {
				for name, text := range test.files {
					name = filepath.Join(dir, name)
					if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
						t.Fatal(err)
					}
				}
			})
			if test.change != nil {
				test.change(&c)
			}
			list, err := o.Objects(c)
			got := fmt.Sprint(list)
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("%s, want %s", got, test.want)
			}
			if left, err := o.LeavesOut(c); left != (name == "lfs=0") || err != nil {
				t.Errorf("left out: %t %v", left, err)
			}
		})
	}
}
