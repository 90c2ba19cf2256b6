package build

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/hardening/listen"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
)

// TestListening reads a tree of the store, and holds what listens against a
// budget.
func TestListening(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tree := func(files map[string]string) Step {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		for name, text := range files {
			if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		blob, err := st.Put(t.Context(), &buf, "", int64(buf.Len()))
		if err != nil {
			t.Fatal(err)
		}
		return Step{Name: "package.p", Output: blob.Digest()}
	}
	read, err := texts(t.Context(), st, tree(map[string]string{"init": "#!/bin/sh\nserver\n", "etc/passwd": "root", "sbin/server": "\x7fELF"}))
	if err != nil || len(read) != 1 || string(read["init"]) != "#!/bin/sh\nserver\n" {
		t.Fatalf("%q, %v", read, err)
	}
	if _, err := texts(t.Context(), st, tree(map[string]string{"init": "#!/bin/sh\n" + strings.Repeat("#", listen.MaxText)})); err == nil || !strings.Contains(err.Error(), "init: ") {
		t.Errorf("a script that is too large: %v", err)
	}
	files := []RootFile{{Path: "init", text: read["init"]}, {Path: "sbin/server", verdict: prove.File{Listens: prove.Proved}}}
	zero := int64(0)
	err = within(plan.Step{Name: "image.i", Budget: &recipe.Budget{Listening: &zero}}, Count(files))
	if err == nil || !strings.Contains(err.Error(), "budget listening_services is 0, the root tree has 1") {
		t.Errorf("%v", err)
	}
	if err := within(plan.Step{Budget: &recipe.Budget{Listening: &zero}}, Count(files[1:])); err != nil {
		t.Errorf("nothing starts it: %v", err)
	}
}
