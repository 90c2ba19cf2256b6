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

// Needed returns the pins of the lock, the plan's own blobs, and the cached
// outputs of its steps.
func Needed(st *store.Store, p *plan.Plan, l *lockfile.Lock) Needs {
	n := Needs{map[digest.Digest]bool{}, map[string]bool{}}
	for _, pin := range l.Pins() {
		n.blobs[pin.Digest] = true
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
	return n
}

// Blob says whether a blob is needed.
func (n Needs) Blob(d digest.Digest) bool { return n.blobs[d] }

// Record says whether a record is needed.
func (n Needs) Record(kind, key string) bool { return n.records[kind+"/"+key] }
