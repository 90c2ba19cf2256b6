package bitbake

import "strings"

// memo keeps what variables expand to. An entry is forgotten when a variable
// changes that it was computed from.
type memo struct {
	values  map[string]*expanded
	readers map[string][]string // name → variables whose expansion read it
}

// Names of what is no variable but is read like one.
const (
	inheritedName = "__inherit_cache"
	tasksName     = "__BBTASKS"
	handlersName  = "__BBHANDLERS"
)

// touch records that the variable being expanded depends on another.
func (d *Data) touch(name string) {
	if len(d.reading) == 0 {
		return
	}
	reader := strings.TrimSuffix(d.reading[len(d.reading)-1], " ")
	list := d.memo.readers[name]
	if len(list) > 0 && list[len(list)-1] == reader {
		return
	}
	if d.memo.readers == nil {
		d.memo.readers = map[string][]string{}
	}
	d.memo.readers[name] = append(list, reader)
}

// remember keeps an expansion unless variables changed while it was made.
func (d *Data) remember(name string, e expanded, changes int) {
	if changes != d.changes {
		return
	}
	if d.memo.values == nil {
		d.memo.values = map[string]*expanded{}
	}
	d.memo.values[name] = &e
}

// forget drops what was computed from a variable.
func (d *Data) forget(name string) {
	delete(d.memo.values, name)
	list, ok := d.memo.readers[name]
	if !ok {
		return
	}
	delete(d.memo.readers, name)
	for _, reader := range list {
		d.forget(reader)
	}
}

// forgetAll drops everything that was computed.
func (d *Data) forgetAll() {
	d.changes++
	d.memo = memo{}
}

// changed forgets what was computed from the old value of a variable.
func (d *Data) changed(name string) {
	d.changes++
	d.forget(name)
	if d.resolving || !d.resolved {
		return
	}
	sep := d.env.separator()[0]
	for i := 0; i <= len(name); i++ {
		if (i == len(name) || name[i] == sep) && d.overrideVar[name[:i]] {
			d.resolved = false
			return
		}
	}
}
