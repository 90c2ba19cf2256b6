package build

import (
	"archive/tar"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/killtest"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// killedDir is the environment variable that makes this program publish into
// a directory; what it publishes is killedText.
const (
	killedDir  = "DOMBUILD_TEST_PUBLISH"
	killedText = "DOMBUILD_TEST_TEXT"
)

// TestPublish is the process that TestKilledPublishing starts and kills.
func TestPublish(t *testing.T) {
	dir := os.Getenv(killedDir)
	if dir == "" {
		dir = t.TempDir()
	}
	if err := publish(t, newPlan(t, testRecipe), dir, os.Getenv(killedText)); err != nil {
		t.Fatal(err)
	}
}

// publish puts the output of a step into the store, records it, and exports it,
// as a build does when the sandbox has run the step.
func publish(t *testing.T, p *plan.Plan, dir, text string) error {
	t.Helper()
	st, err := store.Open(filepath.Join(dir, "store"))
	if err != nil {
		return err
	}
	defer st.Close()
	r := &runner{plan: p, opt: Options{Store: st}}
	res := &Result{Plan: p}
	for _, name := range []string{"toolchain.base", "package.tool"} {
		s, ok := p.Step(name)
		if !ok {
			t.Fatalf("the plan has no step %s", name)
		}
		out, err := PutTree(t.Context(), st, name, 1735689600, func(w *tar.Writer) error {
			h := &tar.Header{Typeflag: tar.TypeReg, Name: "tool", Mode: 0o755, Size: int64(len(text))}
			if err := w.WriteHeader(h); err != nil {
				return err
			}
			_, err := w.Write([]byte(text))
			return err
		})
		if err != nil {
			return err
		}
		out.Kind, out.Digest = s.Kind, s.Digest
		res.Steps = append(res.Steps, out)
		if err := r.remember(s, out); err != nil {
			return err
		}
	}
	targets, err := Targets(p, []string{"tool"})
	if err != nil {
		return err
	}
	_, err = Export(t.Context(), st, res, targets[0], filepath.Join(dir, "out"), "test")
	return err
}

// TestKilledPublishing kills a process before each system call that changes a
// file while it publishes: once where nothing is, once over an older export.
// Nothing partial has its final name, the older export stays until the new one
// is whole, and the next run finishes.
func TestKilledPublishing(t *testing.T) {
	p := newPlan(t, testRecipe)
	older, newer := strings.Repeat("old ", 20_000), strings.Repeat("new ", 20_000)
	for name, before := range map[string]string{"first": "", "over an older one": older} {
		t.Run(name, func(t *testing.T) {
			points := map[string]int{}
			for n := 1; ; n += killtest.Stride() {
				dir := t.TempDir()
				if before != "" {
					if err := publish(t, p, dir, before); err != nil {
						t.Fatal(err)
					}
				}
				env := append(os.Environ(), killedDir+"="+dir, killedText+"="+newer, "TMPDIR="+t.TempDir(), "GOMAXPROCS=1")
				call, state, err := killtest.Run([]string{os.Args[0], "-test.run=^TestPublish$"}, env, n)
				if err != nil {
					t.Fatal(err)
				}
				points[call.Name]++
				if call.Name == "" && state.ExitStatus() != 0 {
					t.Fatalf("it ended by itself with %d", state.ExitStatus())
				}
				wantWhole(t, p, dir, before, newer)
				if t.Failed() {
					t.Fatalf("killed before change %d, %s", n, call.Name)
				}
				if call.Name == "" {
					break
				}
			}
			t.Logf("killed before %v", points)
			renames := 8
			if before != "" {
				renames = 6 // what the plan consists of is recorded already, for both steps
			}
			if !testing.Short() && points["renameat"]+points["renameat2"] < renames {
				t.Error("these are not all of the moments")
			}
		})
	}
}

// wantWhole looks at what a process has left, and has the next one finish.
func wantWhole(t *testing.T, p *plan.Plan, dir, before, newer string) {
	t.Helper()
	out := filepath.Join(dir, "out", "tool")
	rec, err := ReadRecord(out)
	switch {
	case errors.Is(err, fs.ErrNotExist) && before == "":
		if _, err := os.Lstat(out); err == nil {
			t.Error("there is an export without a record")
		}
	case err != nil:
		t.Errorf("the export: %v", err)
	default:
		if err := VerifyExport(t.Context(), out, rec); err != nil {
			t.Errorf("the export: %v", err)
		}
		if text, err := os.ReadFile(filepath.Join(out, "tool")); err != nil || string(text) != before && string(text) != newer {
			t.Errorf("the export is neither the old one nor the new one: %v", err)
		}
	}
	st, err := store.Open(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if report, err := st.Verify(t.Context(), store.VerifyOptions{}); err != nil || report.Err() != nil {
		t.Errorf("the store: %v, %v", err, report.Err())
	}
	for _, s := range p.Steps() {
		if got, ok := Lookup(st, s); ok {
			if _, err := st.Get(t.Context(), got.Output); err != nil {
				t.Errorf("%s is recorded: %v", s.Name, err)
			}
		}
	}
	if err := publish(t, p, dir, newer); err != nil {
		t.Fatalf("the next run: %v", err)
	}
	want := map[string]string{"tool/" + RecordName: "", "tool/" + SumsName: "", "tool/tool": newer}
	if diff := cmp.Diff(want, contents(t, filepath.Join(dir, "out"))); diff != "" {
		t.Errorf("the next run leaves %s", diff)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "store/dombuild/tmp")); err != nil || len(left) > 0 {
		t.Errorf("left in the store: %v, %v", left, err)
	}
}
