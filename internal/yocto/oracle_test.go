package yocto

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/yocto/source"
)

// oracleRecord is what testdata/oracle/verdicts.py writes of one variant.
type oracleRecord struct {
	File, Variant, PN, Error string
	URIs                     []oracleURI
}

// oracleURI is what BitBake does with one URI.
type oracleURI struct {
	URI, Type string
	// Verdict is "compared" or "nothing" of a file, "pinned" or "resolved" (by
	// the server) of a revision, "local", or "refused".
	Verdict   string
	Error     string
	Expected  map[string]string // by algorithm, as BitBake holds them, compared or not
	Revisions map[string]string
	LocalPath string // base name in DL_DIR
}

// agreement is the least part of the remote URIs of which both say the same.
const agreement = 0.995

// TestOracle compares the verdict of every URI with what BitBake itself would
// compare. BITBAKE is a checkout of BitBake, BITBAKE_BUILD a build directory;
// BITBAKE_VERDICTS, where it is set, is a file that keeps BitBake's answers
// (minutes) for the next time. Of the rest, the verdict may be not-proven;
// verified where BitBake leaves a URI unverified is an error, always.
func TestOracle(t *testing.T) {
	bitbake, build := os.Getenv("BITBAKE"), os.Getenv("BITBAKE_BUILD")
	if bitbake == "" || build == "" {
		t.Skip("VERDICTS NOT COMPARED WITH BITBAKE: set BITBAKE (its checkout) and BITBAKE_BUILD (a build directory) to compare them")
	}
	records := verdicts(t, bitbake, build, os.Getenv("BITBAKE_VERDICTS"))
	result, err := Audit(t.Context(), Input{Paths: []string{build}})
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string][]*Source{}
	for _, s := range result.Sources {
		for _, mc := range append(s.Multiconfig, "")[:max(1, len(s.Multiconfig))] {
			key := filepath.Join(result.Root, s.Recipe) + "\x00" + mc + "\x00" + s.Variant
			ours[key] = append(ours[key], s)
		}
	}
	c, several := &oracleCount{T: t}, 0
	for _, r := range records {
		if r.Error != "" {
			t.Logf("BitBake refuses %s: %s", r.File, r.Error)
			continue
		}
		mc, variant := "", r.Variant
		if rest, ok := strings.CutPrefix(variant, "mc:"); ok { // of BBMULTICONFIG: what the default one has not
			mc, variant, _ = strings.Cut(rest, ":")
			several++
		}
		of := func(mc, variant string) []*Source { return ours[r.File+"\x00"+mc+"\x00"+variant] }
		own := slices.Concat(of(mc, variant), of(mc, ""))
		base := slices.Concat(of("", variant), of("", ""))
		for _, u := range r.URIs {
			at := func(s *Source) bool { return s.URI == u.URI }
			i, list := slices.IndexFunc(own, at), own
			if i < 0 { // a variant names only what differs from its recipe
				i, list = slices.IndexFunc(base, at), base
			}
			if i < 0 {
				c.absent(r, u, slices.Concat(own, base))
				continue
			}
			c.compare(r, list[i], u)
		}
		if variant == "" {
			c.invented(r, of(mc, ""))
		}
	}
	if several > 0 {
		t.Logf("%d variants of configurations of BBMULTICONFIG", several)
	}
	c.report()
}

// verdicts asks BitBake, or reads what it said before.
func verdicts(t *testing.T, bitbake, build, keep string) []oracleRecord {
	t.Helper()
	if keep == "" {
		keep = filepath.Join(t.TempDir(), "verdicts.json")
	}
	if _, err := os.Stat(keep); err != nil {
		cmd := exec.CommandContext(t.Context(), "python3", "testdata/oracle/verdicts.py", bitbake, build)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("asking BitBake: %v", err)
		}
		if err := os.WriteFile(keep, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(keep)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []oracleRecord
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var r oracleRecord
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%s: %d records: %v", keep, len(out), err)
	}
	return out
}

// oracleCount counts remote URIs.
type oracleCount struct {
	*testing.T
	remote, equal, unproven, different, unsound, names int
}

// absent is a URI that BitBake has and the audit has not: no harm where the
// audit says of the whole of SRC_URI that it is not proven.
func (c *oracleCount) absent(r oracleRecord, u oracleURI, sources []*Source) {
	if u.Verdict == "local" {
		return
	}
	c.remote++
	if slices.ContainsFunc(sources, func(s *Source) bool { return s.Verdict == source.NotProven }) {
		c.unproven++
		c.Logf("%s (%s): %s is not named, and something of the recipe is not proven; BitBake says %s", r.File, r.Variant, u.URI, u.Verdict)
		return
	}
	c.different++
	c.Errorf("%s (%s): BitBake fetches %s (%s), the audit does not know it", r.File, r.Variant, u.URI, u.Verdict)
}

// invented looks for what the audit is sure of and BitBake does not fetch.
func (c *oracleCount) invented(r oracleRecord, own []*Source) {
	for _, s := range own {
		if s.Verdict != source.NotProven && !slices.ContainsFunc(r.URIs, func(u oracleURI) bool { return u.URI == s.URI }) {
			c.different++
			c.Errorf("%s: the audit says %s of %s, which BitBake does not fetch", r.File, s.Verdict, s.URI)
		}
	}
}

func (c *oracleCount) compare(r oracleRecord, s *Source, u oracleURI) {
	if u.Verdict == "local" && s.Verdict == source.Local {
		return
	}
	c.remote++
	why := differs(s, u)
	switch {
	case s.Verdict.Verified() && u.Verdict != "compared" && u.Verdict != "pinned" && u.Verdict != "refused":
		c.unsound++
		c.Errorf("%s (%s): %s is called %s, BitBake says %s", r.File, r.Variant, u.URI, s.Verdict, u.Verdict)
	case s.Verdict == source.NotProven && u.Verdict != "refused":
		c.unproven++
		c.Logf("%s (%s): %s is not proven, BitBake says %s: %v", r.File, r.Variant, u.URI, u.Verdict, s.Reasons)
	case why != "":
		c.different++
		c.Errorf("%s (%s): %s: %s", r.File, r.Variant, u.URI, why)
	default:
		c.equal++
	}
	if s.Verdict == source.Checksum && s.fileName() != u.LocalPath {
		c.names++
		c.Errorf("%s: %s is %q in DL_DIR, not %q", r.File, u.URI, u.LocalPath, s.fileName())
	}
}

// differs says in which way a verdict is not BitBake's.
func differs(s *Source, u oracleURI) string {
	want := map[string][]source.Verdict{
		"compared": {source.Checksum}, "pinned": {source.Pinned}, "resolved": {source.Floating, source.NoHash},
		"nothing": {source.Missing, source.NoHash}, "refused": {source.NotProven}, "local": {source.Local},
	}[u.Verdict]
	switch {
	case u.Verdict == "pinned" && s.Verdict == source.NoHash && slices.Contains([]string{"svn", "hg"}, u.Type):
		return "" // a fixed revision, which is the server's number or name for it (Y15)
	case !slices.Contains(want, s.Verdict):
		return "the verdict is " + string(s.Verdict) + ", BitBake says " + u.Verdict + " " + u.Error
	case u.Verdict == "pinned" && !maps.Equal(s.Revisions, u.Revisions):
		return "the revisions differ"
	case u.Verdict != "compared":
		return ""
	}
	got := map[string]string{}
	for _, sum := range s.judgement.Checksums {
		got[sum.Algorithm] = sum.Expected
	}
	if !maps.Equal(got, u.Expected) || s.Expected == "" || u.Expected[s.Algorithm] != s.Expected {
		return "the checksums differ: " + strings.TrimSpace(s.Algorithm+" "+s.Expected)
	}
	return ""
}

func (c *oracleCount) report() {
	c.Logf("remote URIs %d: equal %d (%.3f %%), not proven %d, different %d, unsound %d; other names in DL_DIR %d",
		c.remote, c.equal, 100*float64(c.equal)/float64(max(c.remote, 1)), c.unproven, c.different, c.unsound, c.names)
	if c.remote == 0 || float64(c.equal) < agreement*float64(c.remote) {
		c.Errorf("%d of %d are equal", c.equal, c.remote)
	}
}
