package git

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Objects are trees and commits by their name.
type Objects map[ID]Object

// Object is a tree or a commit.
type Object struct {
	Kind    Kind
	Content []byte
}

// Format writes the objects one after the other, sorted by name, each as git
// hashes it: "tree 33\0" and the content.
func (o Objects) Format() []byte {
	var b bytes.Buffer
	for _, id := range slices.Sorted(maps.Keys(o)) {
		fmt.Fprintf(&b, "%s %d\x00", o[id].Kind, len(o[id].Content))
		b.Write(o[id].Content)
	}
	return b.Bytes()
}

var errObjects = errors.New("it is not a list of trees and commits")

// ParseObjects reads what Format wrote, and computes the names anew.
func ParseObjects(format string, data []byte) (Objects, error) {
	objects, last := Objects{}, ID("")
	for len(data) > 0 {
		o, rest, ok := cutObject(data)
		if !ok {
			return nil, errObjects
		}
		id := Name(format, o.Kind, o.Content)
		if id <= last {
			return nil, errors.New("its objects are not in order")
		}
		objects[id], last, data = o, id, rest
	}
	return objects, nil
}

// cutObject takes the first object off a list.
func cutObject(data []byte) (o Object, rest []byte, ok bool) {
	end := bytes.IndexByte(data[:min(len(data), 32)], 0)
	if end < 0 {
		return o, nil, false
	}
	kind, digits, _ := strings.Cut(string(data[:end]), " ")
	size, err := strconv.ParseInt(digits, 10, 64)
	rest = data[end+1:]
	if err != nil || strconv.FormatInt(size, 10) != digits || size < 0 || size > int64(len(rest)) {
		return o, nil, false
	}
	o = Object{Kind(kind), rest[:size]}
	return o, rest[size:], o.Kind == TreeKind || o.Kind == CommitKind
}

// get returns the content of an object of a kind.
func (o Objects) get(id ID, kind Kind) ([]byte, bool) {
	object, ok := o[id]
	return object.Content, ok && object.Kind == kind
}

// Commit returns the content of a commit.
func (o Objects) Commit(id ID) ([]byte, bool) { return o.get(id, CommitKind) }
