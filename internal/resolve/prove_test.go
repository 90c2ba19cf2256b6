package resolve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// blobs is a store in memory.
type blobs map[digest.Digest][]byte

// keeping guards every store in memory: indexes are kept while others come.
var keeping sync.Mutex

func (b blobs) keep(_ context.Context, data []byte, want digest.Digest) error {
	keeping.Lock()
	defer keeping.Unlock()
	if got := digest.FromBytes(data); got != want {
		return &IntegrityError{Want: want, Got: got}
	}
	b[want] = bytes.Clone(data)
	return nil
}

func (b blobs) open(_ context.Context, d digest.Digest) (io.ReadCloser, error) {
	data, ok := b[d]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// proven is a lock with every kind of vouching and its evidence.
func proven(t *testing.T) (signedArchive, *recipe.Recipe, *lockfile.Lock, blobs) {
	t.Helper()
	a := newSigned(t)
	r := a.testArchive.recipe()
	http := func(name string, h recipe.HTTP) {
		h.URL = a.url("fw.tar.xz")
		r.Sources = append(r.Sources, recipe.Source{Address: recipe.Address("source." + name), Name: name, HTTP: &h})
	}
	r.Sources[0].Dsc.Patches = true
	http("file", recipe.HTTP{Trust: a.trust("fw.tar.xz.asc", "", recipe.CoversFile)})
	http("sums", recipe.HTTP{Trust: a.trust("SHA256SUMS.gpg", "SHA256SUMS", "")})
	http("pinned", recipe.HTTP{Digest: digest.FromBytes(a.data)})
	store := blobs{digest.FromBytes(a.data): a.data}
	opt := a.options()
	opt.Keep = store.keep
	l, err := Lock(t.Context(), r, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	return a, r, l, store
}

// failures returns the errors of the pins that are not proved.
func failures(t *testing.T, r *recipe.Recipe, l *lockfile.Lock, store blobs, asOf time.Time) (errs []error) {
	t.Helper()
	proofs, err := Prove(t.Context(), r, l, Evidence{Open: store.open, AsOf: asOf})
	var incomplete *IncompleteError
	if errors.As(err, &incomplete) {
		errs, err = append(errs, err), nil
	}
	if err != nil || len(proofs) != len(l.Pins()) {
		t.Fatal(len(proofs), err)
	}
	for _, p := range proofs {
		if (p.Verdict == Proved) != (p.Err == nil) {
			t.Errorf("%s: %s, %v", p.Pin, p.Verdict, p.Err)
		}
		if p.Err != nil {
			errs = append(errs, p.Err)
		}
	}
	return errs
}

func TestProve(t *testing.T) {
	_, r, l, store := proven(t)
	if errs := failures(t, r, l, store, time.Time{}); len(errs) > 0 {
		t.Fatal(errs)
	}
	if errs := failures(t, r, l, store, now); len(errs) > 0 {
		t.Error(errs)
	}
	if errs := failures(t, r, l, store, now.AddDate(-10, 0, 0)); len(errs) == 0 {
		t.Error("proved before it was signed")
	}
	for _, e := range l.Evidence() {
		data := store[e.Digest]
		if data == nil || int64(len(data)) != e.Size {
			t.Fatalf("%s was not kept", e)
		}
		if e.Name == lockfile.EvidenceKeyring {
			continue // the recipe has it
		}
		delete(store, e.Digest)
		var missing *MissingError
		if errs := failures(t, r, l, store, time.Time{}); len(errs) == 0 || !errors.As(errs[0], &missing) || missing.Hint() == "" {
			t.Errorf("without the %s: %v", e, errs)
		}
		store[e.Digest] = append(bytes.Clone(data), 'x')
		var bad *IntegrityError
		if errs := failures(t, r, l, store, time.Time{}); len(errs) == 0 || !errors.As(errs[0], &bad) {
			t.Errorf("with another %s: %v", e, errs)
		}
		store[e.Digest] = data
	}
}

var attribute = regexp.MustCompile(`^ *([a-z_]+) += (.*)$|^ *([a-z]+) "(.*)" \{$|^ *"(.*)",$`)

// mutated returns other values of what stands in a line of a lock.
func mutated(line string) []string {
	if attribute.FindStringSubmatch(line) == nil || strings.HasSuffix(line, "[") {
		return nil
	}
	var out []string
	for _, change := range []struct{ form, with string }{
		{`sha256:[0-9a-f]`, "sha256:"}, {`= ([0-9]+)$`, "= 9$1"}, {`"20([0-9]+)-`, `"19$1-`}, {`true$`, "false"}, {`false$`, "true"},
		{`"([0-9A-F]{39})[0-9A-F]"`, `"${1}0"`}, {`"([0-9A-F]{39})[0-9A-F]"`, `"${1}1"`}, {`"([^"]+)"`, `"${1}x"`}, {`"([^"]+)" \{`, `"x$1" {`},
		{`sha256:0`, "sha256:1"}, {`sha256:[1-9a-f]`, "sha256:0"},
	} {
		if m := regexp.MustCompile(change.form).ReplaceAllString(line, change.with); m != line {
			out = append(out, m)
		}
	}
	return out
}

// TestEveryField changes every attribute, label and item of a lock, one at a
// time: it is not read, does not fit the recipe, or is not proved.
func TestEveryField(t *testing.T) {
	_, r, l, store := proven(t)
	found := everyField(t, r, l, store)
	for _, stage := range []string{"form", "recipe", "evidence"} {
		if found[stage] == 0 {
			t.Errorf("no mutation was found by its %s", stage)
		}
	}
}

// everyField says how many mutations were found by the lock's form, by the
// recipe, and by the evidence.
func everyField(t *testing.T, r *recipe.Recipe, l *lockfile.Lock, store blobs) map[string]int {
	t.Helper()
	lines := strings.Split(string(l.Format()), "\n")
	found := map[string]int{}
	for i, line := range lines {
		for _, other := range mutated(line) {
			text := strings.Join(append(append(append([]string{}, lines[:i]...), other), lines[i+1:]...), "\n")
			bad, err := lockfile.Parse("x.lock.hcl", []byte(text))
			stage := "form"
			if err == nil {
				stage, err = "recipe", bad.Check(r)
			}
			if err == nil {
				stage = "evidence"
				if errs := failures(t, r, bad, store, time.Time{}); len(errs) > 0 {
					err = errs[0]
				}
			}
			if err == nil {
				t.Errorf("line %d was believed: %s", i+1, other)
			}
			found[stage]++
			t.Logf("%-60s %-8s %.150v", strings.TrimSpace(other), stage, err)
		}
	}
	return found
}

// TestProveFirstUseHidesNothing has a lock that puts the bytes of a source on
// first use in the place of what was signed: a digest that one pin may have is
// refuted for the other.
func TestProveFirstUseHidesNothing(t *testing.T) {
	a, r, _, store := proven(t)
	other := []byte("bytes that nobody signed")
	a.files["/other.tar"] = other
	store[digest.FromBytes(other)] = other
	r.Sources = slices.DeleteFunc(r.Sources, func(s recipe.Source) bool { return s.Name == "sums" || s.Name == "pinned" })
	r.Sources = append(r.Sources, recipe.Source{Address: "source.unsigned", Name: "unsigned",
		HTTP: &recipe.HTTP{URL: a.url("other.tar"), Trust: &recipe.Trust{FirstUse: true}}})
	opt := a.options()
	opt.Keep = store.keep
	l, err := Lock(t.Context(), r, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"source.file", "distribution.debian"} {
		c := l.Content()
		for i, s := range c.Sources {
			if string(s.Address) == name {
				c.Sources[i].Digest, c.Sources[i].Size = digest.FromBytes(other), int64(len(other))
			}
		}
		if deb := &c.Distributions[0].Vouched[0].Debs[0]; name == "distribution.debian" {
			deb.Digest, deb.Size = digest.FromBytes(other), int64(len(other))
		}
		bad, err := lockfile.New(c)
		if err != nil {
			t.Fatal(err)
		}
		proofs, err := Prove(t.Context(), r, bad, Evidence{Open: store.open})
		if err != nil || !slices.ContainsFunc(proofs, func(p Proof) bool { return p.Verdict == Refuted }) {
			t.Errorf("%s: nothing was refuted: %v, %v", name, proofs, err)
		}
	}
}

// TestProveOtherIndexes has locks that name packages by indexes which the same
// Release file signs, of components and architectures that the recipe has not.
func TestProveOtherIndexes(t *testing.T) {
	a, r, _, store := proven(t)
	elsewhere := []string{"contrib/binary-amd64/Packages", "main/binary-i386/Packages", "main/debian-installer/binary-amd64/Packages", "updates/main/binary-amd64/Packages"}
	a.other = map[string]string{}
	for _, path := range elsewhere {
		a.other[path] = a.packages
	}
	a.publish()
	opt := a.options()
	opt.Keep = store.keep
	l, err := Lock(t.Context(), r, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	if errs := failures(t, r, l, store, time.Time{}); len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, path := range elsewhere {
		c := l.Content()
		v := &c.Distributions[0].Vouched[0]
		i := slices.IndexFunc(v.Indexes, func(i lockfile.Index) bool { return strings.HasSuffix(i.Path, "Packages.gz") })
		v.Indexes[i].Path = path + ".gz"
		bad, err := lockfile.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if errs := failures(t, r, bad, store, time.Time{}); len(errs) == 0 || !strings.Contains(errs[0].Error(), "that the recipe asks for") {
			t.Errorf("%s: %v", path, errs)
		}
	}
}

// TestRecover gets lost evidence again as long as it is where it was.
func TestRecover(t *testing.T) {
	a, r, l, store := proven(t)
	all := len(l.Evidence())
	for d := range store {
		delete(store, d)
	}
	opt := a.options()
	opt.Keep = store.keep
	has := func(d digest.Digest) (bool, error) { _, ok := store[d]; return ok, nil }
	lost, err := Recover(t.Context(), r, l, Recovery{Options: opt, Has: has})
	if err != nil || len(lost) > 0 || len(store) != all {
		t.Fatalf("%v, %v, %d of %d", lost, err, len(store), all)
	}
	a.release["Date"] = now.AddDate(0, 0, -1).Format(time.RFC1123)
	a.publish()
	delete(store, l.Content().Distributions[0].Vouched[0].Digest)
	lost, err = Recover(t.Context(), r, l, Recovery{Options: opt, Has: has})
	if err != nil || len(lost) != 1 || lost[0].Evidence.Name != lockfile.EvidenceRelease {
		t.Errorf("%v, %v", lost, err)
	}
}

// TestWeaker refuses what is vouched for more weakly than before.
func TestWeaker(t *testing.T) {
	a, r, l, _ := proven(t)
	for name, tt := range map[string]struct {
		change func(*lockfile.Content)
		want   string
	}{
		"a signer is gone": {func(c *lockfile.Content) {
			s := &c.Distributions[0].Vouched[0].Signers
			*s = append(*s, strings.Repeat("A", 40))
		}, "1 signers, 2 before"},
		"another signer": {func(c *lockfile.Content) { c.Distributions[0].Vouched[0].Signers[0] = strings.Repeat("A", 40) }, "signed by a new key"},
		"another origin": {func(c *lockfile.Content) { c.Distributions[0].Vouched[0].Origin = "Other" }, "the origin was"},
		"other bytes":    {func(c *lockfile.Content) { c.Distributions[0].Vouched[0].Debs[0].Digest = digest.FromString("x") }, "other bytes under the same version"},
		"other source bytes": {func(c *lockfile.Content) {
			c.Distributions[0].Vouched[0].Dscs[1].Files[0].Digest = digest.FromString("x")
		}, "other bytes under the same version"},
		"a file's signer": {func(c *lockfile.Content) { c.Sources[0].Vouch.Signers[0] = strings.Repeat("A", 40) }, "source.file: signed by a new key"},
		"a file's bytes": {func(c *lockfile.Content) {
			for i := range c.Sources {
				if c.Sources[i].URL != "" { // the same for all
					c.Sources[i].Digest = digest.FromString("x")
				}
			}
		}, "source.file: other bytes at the same URL"},
	} {
		c := l.Content()
		tt.change(&c)
		c.Distributions[0].Vouched[0].Digest = digest.FromString("another Release file")
		old, err := lockfile.New(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r.Policy = nil
		_, err = Update(t.Context(), r, old, nil, a.options())
		var e *UntrustedError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		r.Policy = &recipe.Policy{AllowWeaker: true}
		if _, err = Update(t.Context(), r, old, nil, a.options()); err != nil {
			t.Errorf("%s, allowed: %v", name, err)
		}
	}
}
