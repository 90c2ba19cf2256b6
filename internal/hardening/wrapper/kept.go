package wrapper

import (
	"slices"

	"github.com/opencontainers/go-digest"
)

// Kept returns a canonical log as it is kept and compared: of the calls behind
// the outputs everything, of all others, which are the tests of configure
// scripts and programs that the build made for itself, everything but the
// hashes of what they read and wrote. Temporary names, dates and random data
// get into such files and no further. What is made of outputs by programs that
// are not recorded, such as a kernel's image, has no calls behind it.
func (l *Log) Kept(outputs []digest.Digest) *Log {
	behind := l.Index().behind(outputs)
	calls := make([]Call, len(l.Calls))
	for i := range l.Calls {
		calls[i] = l.Calls[i]
		if !behind[&l.Calls[i]] {
			calls[i] = calls[i].withoutHashes()
		}
	}
	return l.identified(calls)
}

// behind are the calls that wrote a file of one of these contents, or something
// that such a call read.
func (x *Index) behind(contents []digest.Digest) map[*Call]bool {
	found, seen := map[*Call]bool{}, map[digest.Digest]bool{"": true}
	todo := slices.Clone(contents)
	for len(todo) > 0 {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[d] {
			continue
		}
		seen[d] = true
		for _, m := range x.outputs[d] {
			if found[m.call] {
				continue
			}
			found[m.call] = true
			for _, in := range m.call.Inputs {
				todo = append(todo, in.Digest)
				for _, member := range in.Members {
					todo = append(todo, member.Digest)
				}
			}
		}
	}
	return found
}

func (c Call) withoutHashes() Call {
	bare := func(o Object) Object {
		o.Digest, o.Members = "", slices.Clone(o.Members)
		for i := range o.Members {
			o.Members[i].Digest = ""
		}
		return o
	}
	c.Inputs, c.Outputs = slices.Clone(c.Inputs), slices.Clone(c.Outputs)
	for i := range c.Inputs {
		c.Inputs[i].Object = bare(c.Inputs[i].Object)
	}
	for i := range c.Outputs {
		c.Outputs[i] = bare(c.Outputs[i])
	}
	return c
}
