package bitbake

import (
	"slices"
	"strings"
)

// record keeps that a statement took part in a variable.
func (d *Data) record(st *statement, name string) {
	key := d.historyKey(name)
	list, ok := d.hist[key]
	if !ok {
		list = nil
	}
	d.hist[key] = append(list, event{d.seq, name, st})
	d.seq++
}

// historyKey is the name without the operation, with the flag.
func (d *Data) historyKey(name string) string {
	base, flag, _ := strings.Cut(d.normalHistory(name), "[")
	base, _, _, _ = d.split(base)
	if flag != "" {
		return base + "[" + flag
	}
	return base
}

func (d *Data) normalHistory(name string) string {
	base, flag, ok := strings.Cut(name, "[")
	if !ok {
		return d.normal(name)
	}
	return d.normal(base) + "[" + flag
}

// moveHistory follows the renaming of a variable.
func (d *Data) moveHistory(key, newKey string) {
	var moved []event
	for p := d; p != nil; p = p.parent {
		moved = append(slices.Clone(p.hist[key]), moved...)
	}
	if moved != nil {
		d.hist[newKey] = append(d.hist[newKey], moved...)
	}
}

// events lists what took part in a variable and in those that override it,
// in order.
func (d *Data) events(name string) []event {
	var list []event
	seen := map[string]bool{}
	var gather func(name string)
	gather = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for p := d; p != nil; p = p.parent {
			list = append(list, p.hist[name]...)
		}
		for _, v := range d.variantsOf(name) {
			gather(v.name)
		}
	}
	gather(name)
	slices.SortStableFunc(list, func(a, b event) int { return a.seq - b.seq })
	return list
}

// opOf is the operator as an Assignment names it.
func (d *Data) opOf(e event) string {
	if e.st.kind != kindAssign {
		return map[kind]string{kindUnset: "unset", kindUnsetFlag: "unset", kindAddTask: "addtask", kindDelTask: "deltask"}[e.st.kind]
	}
	if e.st.flag == "" {
		if _, o, _, ok := d.split(d.normal(e.name)); ok {
			return string(o)
		}
	}
	return string(e.st.op)
}

// placeOf is where the evaluation is: the line that assigned the variable
// being expanded, or the statement being run.
func (d *Data) placeOf() Place {
	for i := len(d.reading) - 1; i >= 0; i-- {
		name := strings.TrimSpace(d.reading[i])
		if e := d.events(name); len(e) > 0 {
			for j := len(e) - 1; j >= 0; j-- {
				if strings.Contains(e[j].st.text, "${") {
					return e[j].st.place()
				}
			}
			return e[len(e)-1].st.place()
		}
	}
	if d.recipe != nil && d.recipe.current != nil {
		p := d.recipe.current.place()
		if d.recipe.running != nil {
			p.Line += d.recipe.running.Line()
		}
		return p
	}
	return Place{File: d.env.relative(d.file)}
}
