package resolve

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/deb822"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// maxFuture is by how much a signed date may be ahead of this machine's clock.
const maxFuture = 24 * time.Hour

// release is the signed text of a suite.
type release struct {
	origin, suite, codename string
	date, validUntil        time.Time
	components              []string
	byHash                  bool
	allApart                bool // packages for all architectures are in an index of their own
	files                   map[string]lockfile.Index
}

// parseRelease reads the text of a Release file. Only SHA256 is looked at.
func parseRelease(text string) (*release, error) {
	s := deb822.NewScanner(text)
	if !s.Next() {
		return nil, fmt.Errorf("reading Release: it is empty or not a stanza: %w", errOr(s.Err(), "no field"))
	}
	stanza := slices.Clone(s.Stanza())
	if s.Next() || s.Err() != nil {
		return nil, fmt.Errorf("reading Release: %w", errOr(s.Err(), "more than one stanza"))
	}
	r := &release{
		origin: stanza.Get("Origin"), suite: stanza.Get("Suite"), codename: stanza.Get("Codename"),
		components: strings.Fields(stanza.Get("Components")),
		byHash:     stanza.Get("Acquire-By-Hash") == "yes",
	}
	r.allApart = slices.Contains(strings.Fields(stanza.Get("Architectures")), "all") &&
		stanza.Get("No-Support-for-Architecture-all") != "Packages"
	var err error
	if r.date, err = parseDate(stanza.Get("Date")); err != nil {
		return nil, fmt.Errorf("reading Release: Date: %w", err)
	}
	if until := stanza.Get("Valid-Until"); until != "" {
		if r.validUntil, err = parseDate(until); err != nil {
			return nil, fmt.Errorf("reading Release: Valid-Until: %w", err)
		}
	}
	r.files, err = parseFiles(stanza.Get("SHA256"))
	if err != nil {
		return nil, fmt.Errorf("reading Release: SHA256: %w", err)
	}
	return r, nil
}

func errOr(err error, text string) error {
	if err == nil {
		return fmt.Errorf("%s", text)
	}
	return err
}

func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{"Mon, 2 Jan 2006 15:04:05 MST", time.RFC1123Z} {
		if t, err := time.Parse(layout, s); err == nil && (layout == time.RFC1123Z || strings.HasSuffix(s, " UTC") || strings.HasSuffix(s, " GMT")) {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date", s)
}

// parseFiles reads lines of "digest size name".
func parseFiles(value string) (map[string]lockfile.Index, error) {
	files := map[string]lockfile.Index{}
	for line := range strings.Lines(value) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("%q is not a digest, a size and a name", strings.TrimSpace(line))
		}
		d, err := digest.Parse("sha256:" + f[0])
		if err != nil {
			return nil, fmt.Errorf("%q: %w", f[0], err)
		}
		size, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil || size < 0 {
			return nil, fmt.Errorf("%q is not a size", f[1])
		}
		if before, ok := files[f[2]]; ok && before.Digest != d {
			return nil, fmt.Errorf("%s has two digests", f[2])
		}
		files[f[2]] = lockfile.Index{Path: f[2], Digest: d, Size: size}
	}
	return files, nil
}

// accept checks that a verified release is the one that was asked for, is
// valid now, and is not older than what the lock saw before.
func (r *release) accept(want recipe.Distribution, newest, now time.Time) (reason, remedy string) {
	switch {
	case r.suite != want.Suite && r.codename != want.Suite:
		return fmt.Sprintf("it is of suite %q, codename %q, and %q was asked for", r.suite, r.codename, want.Suite), ""
	case r.date.After(now.Add(maxFuture)):
		return fmt.Sprintf("it is dated %s, in the future", r.date.Format(time.RFC3339)), "check the clock of this machine"
	case !r.validUntil.IsZero() && now.After(r.validUntil):
		return fmt.Sprintf("it was valid until %s", r.validUntil.Format(time.RFC3339)),
			"use a mirror that is up to date, and check the clock of this machine"
	case want.MaxAge > 0 && now.Sub(r.date) > want.MaxAge:
		return fmt.Sprintf("it is dated %s, which is longer ago than the %s that max_age allows", r.date.Format(time.RFC3339), want.MaxAge),
			"use a mirror that is up to date; if the distribution has published nothing since, raise max_age in the recipe"
	case r.date.Before(newest):
		return fmt.Sprintf("rollback: it is dated %s, and the lock was made from one of %s",
			r.date.Format(time.RFC3339), newest.Format(time.RFC3339)), "use a mirror that is up to date"
	}
	return "", ""
}

// index finds a file in the form that is fastest to read: gzip takes a tenth
// of the time of xz to decompress and little more to download.
func (r *release) index(path string) (lockfile.Index, bool) {
	for _, suffix := range []string{".gz", ".xz", ""} {
		if i, ok := r.files[path+suffix]; ok {
			return i, true
		}
	}
	return lockfile.Index{}, false
}
