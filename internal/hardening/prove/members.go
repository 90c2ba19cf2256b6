package prove

import (
	"fmt"
	"strings"
)

// judgeArchive judges every member and joins the verdicts: one member refutes
// the archive and is named.
func judgeArchive(src *source, opt Options) Checks {
	joined := make([]joint, len(rules))
	a := &archive{src: src, next: uint64(len(arMagic))}
	members := 0
	for {
		m, ok, err := a.step()
		if err != nil {
			for i := range joined {
				joined[i].unknown = append(joined[i].unknown, "damaged: "+err.Error())
			}
			break
		}
		if !ok {
			break
		}
		members++
		typ, checks := judgeMember(src, m, opt)
		for i, c := range checks {
			joined[i].add(m.name, typ, c)
		}
	}
	checks := make(Checks, len(rules))
	for i, r := range rules {
		checks[i] = joined[i].check(members)
		checks[i].Rule = r.ID
	}
	return checks
}

// judgeMember does not look into archives in archives.
func judgeMember(src *source, m member, opt Options) (Type, Checks) {
	part := src.part(m.off, m.size)
	defer part.close()
	if magic, err := part.bytes(0, min(m.size, 8)); err == nil && (string(magic) == arMagic || string(magic) == thinMagic) {
		return Archive, everywhere(unknown("an archive in an archive"))
	}
	return judge(part, opt)
}

// joint is the verdict on a rule, joined over the members of an archive.
type joint struct {
	proved, refuted int
	units           []Unit
	bad, unknown    []string
	exempt          string // why the last of the others is not judged
}

func (j *joint) add(name string, typ Type, c Check) {
	switch c.Status {
	case Proved:
		j.proved++
	case Refuted:
		j.refuted++
		j.bad = append(j.bad, name+": "+strings.Join(c.Evidence, "; "))
		for _, u := range c.Units {
			if len(j.units) < maxRefuting {
				u.Member = name
				j.units = append(j.units, u)
			}
		}
	case Unknown:
		j.unknown = append(j.unknown, name+": "+strings.Join(c.Evidence, "; "))
	case NotApplicable:
		if typ != Other || j.exempt == "" {
			j.exempt = strings.Join(c.Evidence, "; ")
		}
	}
}

func (j *joint) check(members int) Check {
	switch {
	case j.refuted > 0:
		c := refuted(append([]string{fmt.Sprintf("%d of %d members", j.refuted, members)}, capped(j.bad)...)...)
		c.Units = j.units
		return c
	case len(j.unknown) > 0:
		return unknown(append([]string{fmt.Sprintf("%d of %d members", len(j.unknown), members)}, capped(j.unknown)...)...)
	case j.proved > 0:
		return proved(fmt.Sprintf("%d of %d members, the others are not judged", j.proved, members))
	case members == 0:
		return notApplicable("an archive without members")
	}
	return notApplicable(j.exempt)
}
