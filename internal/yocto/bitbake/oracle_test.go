package bitbake

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// oracleRecord is what BitBake itself says of one variant of a recipe. A value
// is a string, null, or an object when BitBake could not expand it.
type oracleRecord struct {
	File    string
	Variant string
	Error   string
	Skipped *string
	Vars    map[string]any
	Flags   map[string]any
}

// TestOracle compares what this package evaluates with what BitBake evaluated
// over the same build directory. BITBAKE_ORACLE is a file with one record per
// line, BITBAKE_BUILD the build directory. A value may be unknown here, never
// different.
func TestOracle(t *testing.T) {
	file, build := os.Getenv("BITBAKE_ORACLE"), os.Getenv("BITBAKE_BUILD")
	if file == "" || build == "" {
		t.Skip("NOT COMPARED WITH BITBAKE: set BITBAKE_ORACLE and BITBAKE_BUILD to compare")
	}
	records := readOracle(t, file)
	w, err := Load(context.Background(), Options{BuildDir: build})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range w.Errors() {
		t.Logf("configuration: %v", e)
	}
	c := &oracleCount{t: t, unknown: map[string]int{}, reasons: map[string]int{}}
	var mu sync.Mutex
	err = w.Recipes(context.Background(), func(_ int, variants []*Recipe) error {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range variants {
			c.recipe(r, filepath.Join(w.Root(), r.File), records)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if missing := len(records) - 1 - c.seen; missing != 0 {
		t.Errorf("%d variants of BitBake were not found", missing)
	}
	c.report()
}

func readOracle(t *testing.T, file string) map[string]*oracleRecord {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records := map[string]*oracleRecord{}
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 256<<20)
	for scan.Scan() {
		r := &oracleRecord{}
		if err := json.Unmarshal(scan.Bytes(), r); err != nil {
			t.Fatal(err)
		}
		records[r.File+"\x00"+r.Variant] = r
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return records
}

type oracleCount struct {
	t               *testing.T
	seen            int
	values, equal   int
	uris, uriEqual  int
	hashes, hashSum int
	wrong           int
	unknown         map[string]int
	reasons         map[string]int
}

// recipe finds the record of a variant of the recipe file path.
func (c *oracleCount) recipe(r *Recipe, path string, records map[string]*oracleRecord) {
	rec, ok := records[path+"\x00"+r.Variant]
	if !ok {
		if bad, ok := records[path+"\x00"]; !ok || bad.Error == "" {
			c.t.Errorf("%s (%s): BitBake has no such variant", r.File, r.Variant)
		}
		return
	}
	c.seen++
	if rec.Error != "" {
		c.t.Logf("%s: BitBake refuses: %.200s; here: %v", r.File, rec.Error, r.Errors)
		return
	}
	c.compare(r, rec)
}

func (c *oracleCount) compare(r *Recipe, rec *oracleRecord) {
	get := r.Data.Get
	if os.Getenv("BITBAKE_UNTAINTED") != "" { // to find errors behind what is unknown
		for _, u := range r.Data.tainted {
			c.reasons["everything: "+u.Place.File+" "+u.Expression+": "+u.Reason]++
		}
		r.Data.tainted = nil
	}
	for _, name := range sortedNames(rec.Vars) {
		want, isText := rec.Vars[name].(string)
		if !isText && rec.Vars[name] != nil {
			continue
		}
		ok := c.value(r, name, get(name), want, rec.Vars[name] != nil)
		if name == "SRC_URI" {
			c.uris++
			if ok {
				c.uriEqual++
			}
		}
	}
	flags := slices.DeleteFunc(r.Data.Flags("SRC_URI"), func(f string) bool { return f == "func" })
	if got, want := strings.Join(flags, " "), strings.Join(sortedNames(rec.Flags), " "); got != want && len(r.Data.Flag("SRC_URI", "sha256sum").Unknown) == 0 {
		c.wrong++
		c.t.Errorf("%s (%s): flags of SRC_URI are %q, want %q", r.File, r.Variant, got, want)
	}
	for _, f := range sortedNames(rec.Flags) {
		want, _ := rec.Flags[f].(string)
		c.hashes++
		if c.value(r, "SRC_URI["+f+"]", r.Data.Flag("SRC_URI", f), want, true) {
			c.hashSum++
		}
	}
	if got, want := r.Skipped != "", rec.Skipped != nil; got != want {
		c.unknown["skipped"]++
		c.t.Logf("%s (%s): skipped is %q", r.File, r.Variant, r.Skipped)
	}
}

func sortedNames(m map[string]any) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func (c *oracleCount) value(r *Recipe, name string, v Value, want string, set bool) bool {
	c.values++
	if len(v.Unknown) > 0 {
		c.unknown[name]++
		u := v.Unknown[0]
		c.reasons[name+": "+u.Place.File+" "+u.Expression+": "+u.Reason]++
		return false
	}
	if v.Text != want || v.Set != set {
		c.wrong++
		c.reasons["wrong "+name]++
		if c.reasons["wrong "+name] < 4 {
			c.t.Errorf("%s (%s): %s\n got %q %v\nwant %q %v", r.File, r.Variant, name, v.Text, v.Set, want, set)
		}
		return false
	}
	c.equal++
	return true
}

func (c *oracleCount) report() {
	c.t.Logf("values %d: equal %d, wrong %d", c.values, c.equal, c.wrong)
	c.t.Logf("SRC_URI %d: equal %d, unknown %d; flags %d: equal %d", c.uris, c.uriEqual, c.unknown["SRC_URI"], c.hashes, c.hashSum)
	for _, m := range []map[string]int{c.unknown, c.reasons} {
		var list []string
		for k := range m {
			list = append(list, k)
		}
		slices.SortFunc(list, func(a, b string) int { return m[b] - m[a] })
		for _, k := range list[:min(len(list), 60)] {
			c.t.Logf("unknown %6d %.200s", m[k], k)
		}
	}
}
