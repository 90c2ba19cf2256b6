package diff

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// metadata compares everything of two entries but path and content.
func metadata(l, r image.Entry) []explain.Difference {
	var found []explain.Difference
	add := func(k explain.Kind, c explain.Cause, left, right string) {
		if left != right {
			found = append(found, explain.Difference{Kind: k, Cause: c, Left: left, Right: right})
		}
	}
	if l.Type != r.Type {
		add(explain.TypeOf, "", typeText(l), typeText(r))
	} else {
		left, right := linkTexts(l.Link, r.Link)
		add(explain.LinkTarget, "", left, right)
		add(explain.Device, "", deviceText(l), deviceText(r))
	}
	add(explain.Mode, explain.Permissions, fmt.Sprintf("%04o", l.Mode), fmt.Sprintf("%04o", r.Mode))
	add(explain.Owner, explain.User, fmt.Sprintf("%d:%d", l.UID, l.GID), fmt.Sprintf("%d:%d", r.UID, r.GID))
	add(explain.ModTime, explain.Timestamp, timeText(l.ModTime), timeText(r.ModTime))
	found = append(found, xattrDifferences(l.Xattrs, r.Xattrs)...)
	return append(found, fieldDifferences(level{}, l.Fields, r.Fields)...)
}

func typeText(e image.Entry) string {
	if e.Link != "" {
		return string(e.Type) + " to " + printable(e.Link)
	}
	return string(e.Type)
}

// linkTexts shows the targets of two links, which look different if they are:
// a control character and the escape of it, spelled out, are not the same.
func linkTexts(l, r string) (string, string) {
	left, right := printable(l), printable(r)
	if l != r && left == right {
		return strconv.QuoteToASCII(l), strconv.QuoteToASCII(r)
	}
	return left, right
}

func deviceText(e image.Entry) string {
	if e.Type != image.CharDevice && e.Type != image.BlockDevice {
		return ""
	}
	return fmt.Sprintf("%d:%d", e.Major, e.Minor)
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// describe says in a few words what an entry is.
func describe(e image.Entry) string {
	if e.Type == image.Regular {
		return string(e.Type) + " of " + size(e.Size)
	}
	return strings.TrimSpace(typeText(e) + " " + deviceText(e))
}

func xattrDifferences(l, r map[string][]byte) []explain.Difference {
	var found []explain.Difference
	names := slices.Concat(slices.Collect(maps.Keys(l)), slices.Collect(maps.Keys(r)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		a, hasA := l[name]
		b, hasB := r[name]
		if hasA == hasB && bytes.Equal(a, b) {
			continue
		}
		d := explain.Difference{Kind: explain.Xattr, Detail: printable(name)}
		d.Left, d.Right = valueTexts(a, b)
		if !hasA {
			d.Left = "none"
		}
		if !hasB {
			d.Right = "none"
		}
		found = append(found, d)
	}
	return found
}

// valueMax is how many bytes of a value are shown.
const valueMax = 64

// valueTexts shows two values, from the place where they differ if they are
// long.
func valueTexts(a, b []byte) (string, string) {
	from := 0
	if len(a) > valueMax || len(b) > valueMax {
		for from < min(len(a), len(b)) && a[from] == b[from] {
			from++
		}
		from = max(0, from-8)
	}
	return valueText(a, from), valueText(b, from)
}

func valueText(v []byte, from int) string {
	part := v[min(from, len(v)):]
	part = part[:min(valueMax, len(part))]
	text := `"` + printable(string(part)) + `"`
	if !utf8.Valid(part) || bytes.ContainsFunc(part, func(r rune) bool { return r < ' ' }) {
		text = "0x" + hex.EncodeToString(part)
	}
	if len(part) < len(v) {
		text += fmt.Sprintf(" (from byte %d of %d)", from, len(v))
	}
	return text
}

// fieldDifferences compares what only the format records. Fields of the same
// name are compared one by one.
func fieldDifferences(at level, l, r []image.Field) []explain.Difference {
	if slices.Equal(l, r) {
		return nil
	}
	left, right := fieldMap(l), fieldMap(r)
	var found []explain.Difference
	keys := slices.Concat(slices.Collect(maps.Keys(left)), slices.Collect(maps.Keys(right)))
	slices.SortFunc(keys, func(a, b fieldKey) int {
		return 2*strings.Compare(a.name, b.name) + compareInt(a.nth, b.nth)
	})
	for _, k := range slices.Compact(keys) {
		a, hasA := left[k]
		b, hasB := right[k]
		if hasA == hasB && a == b {
			continue
		}
		d := explain.Difference{Kind: explain.Field, Cause: causeOfField(k.name), Detail: printable(k.name)}
		d.Left, d.Right = fieldText(a, hasA), fieldText(b, hasB)
		found = append(found, at.says(d))
	}
	if len(found) == 0 {
		found = append(found, at.says(explain.Difference{Kind: explain.Field, Cause: explain.Ordering, Detail: "the same fields in another order",
			Left: fieldNames(l), Right: fieldNames(r)}))
	}
	return found
}

type fieldKey struct {
	name string
	nth  int
}

func compareInt(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func fieldMap(fields []image.Field) map[fieldKey]string {
	m := map[fieldKey]string{}
	seen := map[string]int{}
	for _, f := range fields {
		m[fieldKey{f.Name, seen[f.Name]}] = f.Value
		seen[f.Name]++
	}
	return m
}

func fieldText(v string, has bool) string {
	if !has {
		return "none"
	}
	return printable(v)
}

func fieldNames(fields []image.Field) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return printable(strings.Join(names, " "))
}

// fieldCauses are words in the names of fields, and the causes that they tell.
var fieldCauses = map[string]explain.Cause{
	"uuid": explain.UUID, "guid": explain.UUID, "serial": explain.UUID,
	"seed": explain.Random, "salt": explain.Random,
	"time": explain.Timestamp, "mtime": explain.Timestamp, "atime": explain.Timestamp, "ctime": explain.Timestamp, "crtime": explain.Timestamp,
	"dtime": explain.Timestamp, "date": explain.Timestamp, "created": explain.Timestamp, "modified": explain.Timestamp, "timestamp": explain.Timestamp,
	"uid": explain.User, "gid": explain.User, "uname": explain.User, "gname": explain.User, "user": explain.User, "owner": explain.User,
	"mode": explain.Permissions,
	"ino":  explain.Inode, "inode": explain.Inode, "dev": explain.Inode, "nlink": explain.Inode, "generation": explain.Inode,
	"buildid": explain.BuildID, "host": explain.Hostname, "hostname": explain.Hostname, "buildhost": explain.Hostname, "buildtime": explain.Timestamp,
}

// causeOfField takes the cause from a word in the name that the format gives a
// field.
func causeOfField(name string) explain.Cause {
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	for _, word := range slices.Backward(strings.FieldsFunc(strings.ToLower(name), notLetter)) {
		if c := fieldCauses[word]; c != "" {
			return c
		}
	}
	return ""
}

// words of the kinds of metadata, in "same content, other …".
var words = map[explain.Kind]string{
	explain.TypeOf: "type", explain.LinkTarget: "link", explain.Device: "device", explain.Mode: "mode", explain.Owner: "owner",
	explain.ModTime: "mtime", explain.Xattr: "attribute", explain.Field: "field",
}

// remark says of differences of metadata whether the content is the same.
func remark(found []explain.Difference, content, same bool) {
	for i := range found {
		text := "other " + words[found[i].Kind]
		if found[i].Detail != "" {
			text += " " + found[i].Detail
		}
		if content && same {
			text = "same content, " + text
		}
		found[i].Detail = text
	}
}

// printable is text that is safe to show.
func printable(s string) string { return finding.Visible(s) }
