package build

import (
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// Needs says what a plan needs of a store.
type Needs struct {
	blobs   map[digest.Digest]bool
	records map[string]bool
}

// NewNeeds returns needs of nothing.
func NewNeeds() Needs { return Needs{map[digest.Digest]bool{}, map[string]bool{}} }

// Add adds what a recipe needs: its own record, the pins of its lock and what
// proves them, the plan's own blobs, and the cached outputs of its steps.
func (n Needs) Add(st *store.Store, user User, p *plan.Plan, l *lockfile.Lock) error {
	key, _, err := user.encode()
	if err != nil {
		return err
	}
	n.records[recordUser+"/"+key] = true
	for _, pin := range l.Pins() {
		n.blobs[pin.Digest] = true
	}
	for _, e := range l.Evidence() {
		n.blobs[e.Digest] = true
	}
	for _, b := range p.Locals() {
		n.blobs[b.Digest] = true
	}
	for _, s := range p.Steps() {
		n.records[recordLast+"/"+lastKey(p, s)] = true
		if out, ok := Lookup(st, s); ok {
			for _, d := range []digest.Digest{out.Output, out.Calls, out.Verdict} {
				if d != "" {
					n.blobs[d] = true
				}
			}
			n.records[recordStep+"/"+s.Digest.Encoded()] = true
			if out.Probe != "" {
				n.records[recordProbe+"/"+out.Probe.Encoded()] = true
			}
		}
	}
	return nil
}

// Blob says whether a blob is needed.
func (n Needs) Blob(d digest.Digest) bool { return n.blobs[d] }

// Record says whether a record is needed.
func (n Needs) Record(kind, key string) bool { return n.records[kind+"/"+key] }
