package bitbake

import (
	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// Python may keep a value that is no text in a variable, as releases up to 5.0
// do with EXTENDERCLASS: d.getVar gives it back, and whatever expands the
// variable gets what is not certain.

// setObject keeps a value beside the variable, which itself is not certain. Nil
// takes it away.
func (d *Data) setObject(name string, v python.Value) {
	if v == nil && d.objects == nil {
		return
	}
	if d.objects == nil {
		d.objects = map[string]python.Value{}
	}
	d.objects[d.normal(name)] = v
}

// object is the value that is kept in a variable, nil for none.
func (d *Data) object(name string) python.Value {
	if d.objects == nil {
		return nil
	}
	return d.objects[d.normal(name)]
}

// isObject says whether a value is known and neither a text nor a number.
func isObject(v python.Value) bool {
	switch v.(type) {
	case nil, string, bool, int64, float64, *python.Exception, *python.Unknown:
		return false
	}
	return true
}

// forgetObjects is for code that may or may not run: it may have changed them.
func (d *Data) forgetObjects() { d.objects = nil }
