package prove

import (
	"fmt"
	"strings"
)

// judgeArchive judges every member and joins the verdicts: one member refutes
// the archive and is named.
func judgeArchive(src *source, opt *task) Checks {
	joined := make([]joint, len(rules))
	a := &archive{src: src, next: uint64(len(arMagic))}
	members := 0
	var later []doubt
	for {
		m, ok, err := a.step()
		if err != nil {
			for i := range joined {
				joined[i].unknown.add("damaged: " + err.Error())
			}
			break
		}
		if !ok {
			break
		}
		members++
		typ, checks := judgeMember(src, m, opt)
		for i, c := range checks {
			if i == fortifyIndex && c.Status == Unknown && opt.libc == anyLibrary {
				later = append(later, doubt{m, typ, c})
				continue
			}
			joined[i].add(m.name, typ, c)
		}
	}
	for _, d := range later {
		if opt.libc != anyLibrary {
			_, checks := judgeMember(src, d.m, opt)
			d.c = checks[fortifyIndex]
		}
		joined[fortifyIndex].add(d.m.name, d.typ, d.c)
	}
	checks := make(Checks, len(rules))
	for i, r := range rules {
		checks[i] = joined[i].check(members)
		checks[i].Rule = r.ID
	}
	return checks
}

// doubt is a member whose fortify is unknown while the C library is: a later
// member may show which it is.
type doubt struct {
	m   member
	typ Type
	c   Check
}

// judgeMember does not look into archives in archives.
func judgeMember(src *source, m member, opt *task) (Type, Checks) {
	part := src.part(m.off, m.size)
	defer part.close()
	if magic, err := part.bytes(0, min(m.size, 8)); err == nil && (string(magic) == arMagic || string(magic) == thinMagic) {
		return Archive, everywhere(unknown("an archive in an archive"))
	}
	return judge(part, opt)
}

// joint is the verdict on a rule, joined over the members of an archive.
type joint struct {
	proved       int
	units        []Unit
	bad, unknown lines
	exempt       string // why the first of the others is not judged
}

func (j *joint) add(name string, typ Type, c Check) {
	line := name + ": " + strings.Join(c.Evidence, "; ")
	switch c.Status {
	case Proved:
		j.proved++
	case Refuted:
		j.bad.add(line)
		for _, u := range c.Units {
			if len(j.units) < maxRefuting {
				u.Member = name
				j.units = append(j.units, u)
			}
		}
	case Unknown:
		j.unknown.add(line)
	case NotApplicable:
		if typ != Other && j.exempt == "" {
			j.exempt = strings.Join(c.Evidence, "; ")
		}
	}
}

func (j *joint) check(members int) Check {
	switch {
	case j.bad.n > 0:
		c := refuted(j.bad.after(fmt.Sprintf("%d of %d members", j.bad.n, members))...)
		c.Units = j.units
		return c
	case j.unknown.n > 0:
		return unknown(j.unknown.after(fmt.Sprintf("%d of %d members", j.unknown.n, members))...)
	case j.proved == members && members > 0:
		return proved(fmt.Sprintf("all %d members", members))
	case j.proved > 0:
		return proved(fmt.Sprintf("%d of %d members, the others are not judged", j.proved, members))
	case members == 0:
		return notApplicable("an archive without members")
	case j.exempt == "":
		return notApplicable("no member is an object")
	}
	return notApplicable(j.exempt)
}
