package build

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

// RecordName is the file beside the artifacts that says how they were made.
const RecordName = "record.json"

// RecordSchema is the value of a record's "schema".
const RecordSchema = "dombuild/record/v1"

// Record says what was built, from what, and how. Times, durations and paths
// of logs stand here and never in an artifact.
type Record struct {
	Schema          string                            `json:"schema"`
	Dombuild        string                            `json:"dombuild"` // version of the program
	Recipe          string                            `json:"recipe"`
	Version         string                            `json:"version"`
	Target          string                            `json:"target"`
	RecipeDigest    digest.Digest                     `json:"recipe_digest"`
	LockDigest      digest.Digest                     `json:"lock_digest"`
	PlanDigest      digest.Digest                     `json:"plan_digest"`
	SourceDateEpoch int64                             `json:"source_date_epoch"`
	Environment     plan.Environment                  `json:"environment"`
	Toolchains      []Toolchain                       `json:"toolchains"`
	Steps           []Step                            `json:"steps"`
	Probes          map[digest.Digest]json.RawMessage `json:"probes"` // what the sandbox's probe found in the sessions that ran the steps
	Artifacts       []Artifact                        `json:"artifacts"`
	FirstUse        []recipe.Address                  `json:"first_use,omitempty"` // sources that nobody vouches for
}

// Toolchain is a root that steps ran in.
type Toolchain struct {
	Name     string   `json:"name"`
	Packages []string `json:"packages"` // name=version
}

// Artifact is one exported file.
type Artifact struct {
	Path   string        `json:"path"` // relative to the directory of the record
	Size   int64         `json:"size"`
	Digest digest.Digest `json:"digest"`
}

func newRecord(version string, t Target, res *Result, artifacts []Artifact) Record {
	p := res.Plan
	rec := Record{
		Schema: RecordSchema, Dombuild: version, Recipe: p.Recipe().Name, Version: p.Recipe().Version,
		Target: string(t.Address), RecipeDigest: p.Recipe().Digest(), LockDigest: p.Lock(), PlanDigest: p.Digest(),
		SourceDateEpoch: p.Recipe().SourceDateEpoch, Environment: p.Environment(), Probes: map[digest.Digest]json.RawMessage{}, Artifacts: artifacts,
	}
	closure, err := p.Closure(StepsOf([]Target{t})...)
	if err != nil {
		panic("build: a target that was built is not in its plan: " + err.Error())
	}
	rec.FirstUse = p.FirstUse(closure)
	for _, s := range closure {
		if s.Kind == plan.KindToolchain {
			tc := Toolchain{Name: s.Name}
			for _, d := range s.Debs {
				tc.Packages = append(tc.Packages, d.Name+"="+d.Version)
			}
			rec.Toolchains = append(rec.Toolchains, tc)
		}
		if out, ok := res.Step(s.Name); ok {
			rec.Steps = append(rec.Steps, out)
			if report, ok := res.Probes[out.Probe]; ok {
				rec.Probes[out.Probe] = report
			}
		}
	}
	return rec
}

// ReadRecord reads the record of an export directory.
func ReadRecord(dir string) (Record, error) {
	name := filepath.Join(dir, RecordName)
	text, err := os.ReadFile(name)
	if err != nil {
		return Record{}, fmt.Errorf("reading a build's record: %w", err)
	}
	var rec Record
	if err := json.Unmarshal(text, &rec); err != nil {
		return Record{}, fmt.Errorf("reading %s: %w", name, err)
	}
	if rec.Schema != RecordSchema {
		return Record{}, fmt.Errorf("%s: schema is %q, this program reads %q", name, rec.Schema, RecordSchema)
	}
	return rec, nil
}

// Artifact returns the artifact with that path.
func (r Record) Artifact(path string) (Artifact, bool) {
	i := slices.IndexFunc(r.Artifacts, func(a Artifact) bool { return a.Path == path })
	if i < 0 {
		return Artifact{}, false
	}
	return r.Artifacts[i], true
}
