package python

import (
	"slices"
	"strconv"
	"strings"
)

var builtins map[string]Value

func init() {
	builtins = map[string]Value{}
	for name, f := range map[string]func(in *Interp, args []Value, kw map[string]Value) (Value, error){
		"len": builtinLen, "str": builtinStr, "int": builtinInt, "float": builtinFloat, "bool": builtinBool, "repr": builtinRepr,
		"list": builtinList, "tuple": builtinTuple, "set": builtinSet, "frozenset": builtinSet, "dict": builtinDict, "sorted": builtinSorted,
		"reversed": builtinReversed, "range": builtinRange, "enumerate": builtinEnumerate, "zip": builtinZip, "map": builtinMap, "filter": builtinFilter,
		"any": builtinAny, "all": builtinAll, "min": builtinMin, "max": builtinMax, "sum": builtinSum, "abs": builtinAbs, "isinstance": builtinIsInstance,
		"print": builtinPrint, "ord": builtinOrd, "chr": builtinChr, "hasattr": builtinHasAttr, "getattr": builtinGetAttr,
	} {
		raw := name == "list" || name == "tuple" || name == "dict" || name == "print" || name == "isinstance" || name == "getattr"
		builtins[name] = &Builtin{Name: name, Raw: raw, Fn: f}
	}
}

// IsBuiltin is whether a value is the built-in function of that name.
func IsBuiltin(v Value, name string) bool {
	b, ok := v.(*Builtin)
	return ok && builtins[name] == Value(b)
}

func builtinLen(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if u := spoiledBy(args0(args)); u != nil {
		return u, nil
	}
	switch v := args0(args).(type) {
	case string:
		return int64(len([]rune(v))), nil
	case *List:
		return int64(len(v.Items)), nil
	case *Tuple:
		return int64(len(v.Items)), nil
	case *Dict:
		return int64(len(v.keys)), nil
	case *Set:
		return int64(len(v.dict.keys)), nil
	case nil, bool, int64, float64:
		return nil, in.raise("TypeError", "object of type '%s' has no len()", typeName(v))
	}
	return in.unknown("the length of a value that is not known"), nil
}

func builtinStr(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) == 0 {
		return "", nil
	}
	if u := unknownIn(args[0]); u != nil {
		return u, nil
	}
	if s, ok := Str(args[0]); ok {
		return s, nil
	}
	return in.unknown("the text of a value that is not known"), nil
}

func builtinRepr(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if s, ok := Repr(args0(args)); ok && unknownIn(args0(args)) == nil {
		return s, nil
	}
	return in.unknown("the text of a value that is not known"), nil
}

func builtinInt(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) == 0 {
		return int64(0), nil
	}
	base := 10
	if len(args) > 1 {
		n, ok := args[1].(int64)
		if !ok || n < 0 || n > 36 {
			return nil, in.raise("ValueError", "int() base must be >= 2 and <= 36, or 0")
		}
		base = int(n)
	}
	switch v := number(args[0]).(type) {
	case int64:
		return v, nil
	case float64:
		if v > -1e15 && v < 1e15 {
			return int64(v), nil
		}
	case string:
		text := strings.ToLower(strings.Trim(v, whiteSpace))
		if base == 16 {
			text = strings.TrimPrefix(text, "0x")
		}
		n, err := strconv.ParseInt(text, base, 64)
		if err == nil {
			return n, nil
		}
		if strings.Contains(text, "_") || len(text) > 18 {
			return in.unknown("a number that is not read"), nil
		}
		return nil, in.raise("ValueError", "invalid literal for int() with base %d: '%s'", base, v)
	case nil:
		return nil, in.raise("TypeError", "int() argument must be a string, not 'NoneType'")
	}
	return in.unknown("a number that is not read"), nil
}

func builtinFloat(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	switch v := number(args0(args)).(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	case string:
		f, err := strconv.ParseFloat(strings.Trim(v, whiteSpace), 64)
		if err == nil && !strings.ContainsAny(v, "xX_") {
			return f, nil
		}
		return nil, in.raise("ValueError", "could not convert string to float: '%s'", v)
	}
	return nil, in.raise("TypeError", "float() argument must be a string or a number")
}

func builtinBool(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if u := spoiledBy(args0(args)); u != nil {
		return u, nil
	}
	truth, _ := Truth(args0(args))
	return truth, nil
}

func builtinList(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) == 0 {
		return &List{}, nil
	}
	items, unordered, err := in.iterate(args[0])
	if err != nil {
		return nil, err
	}
	if u, ok := items.(*Unknown); ok {
		return u, nil
	}
	return &List{Items: slices.Clone(items.([]Value)), Unordered: unordered}, nil
}

func builtinTuple(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	v, err := builtinList(in, args, kw)
	if l, ok := v.(*List); ok {
		if l.Unordered {
			return in.unknown("a tuple of a set, whose order nobody promises"), nil
		}
		return &Tuple{l.Items}, nil
	}
	return v, err
}

func builtinSet(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) == 0 {
		return newEmptySet(), nil
	}
	v, err := in.toSet(args[0])
	if s, ok := v.(*Set); ok {
		c, _ := newSet(s.dict.keys)
		return c, err
	}
	return v, err
}

func newEmptySet() *Set { s, _ := newSet(nil); return s }

func builtinDict(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	d := NewDict()
	if len(args) > 0 {
		if _, ok := args[0].(*Dict); ok {
			if _, err := dictMethods["update"](in, d, args[:1], nil); err != nil {
				return nil, err
			}
		} else if u, err := in.pairs(d, args[0]); u != nil || err != nil {
			return u, err
		}
	}
	for _, k := range sortedKeys(kw) {
		d.put(k, kw[k])
	}
	return d, nil
}

func (in *Interp) pairs(d *Dict, v Value) (Value, error) {
	items, unordered, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u, ok := items.(*Unknown); ok {
		return u, nil
	}
	d.unordered = unordered
	for _, x := range items.([]Value) {
		pair, _, ok := sequenceOf(x)
		if !ok || len(pair) != 2 || !d.put(pair[0], pair[1]) {
			return in.unknown("a dict of pairs that are not known"), nil
		}
	}
	return nil, nil
}

func builtinSorted(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	return in.sorted(args0(args), kw)
}

// sorted sorts, by a key function when kw has one.
func (in *Interp) sorted(v Value, kw map[string]Value) (Value, error) {
	items, _, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u, ok := items.(*Unknown); ok {
		return u, nil
	}
	list := slices.Clone(items.([]Value))
	keys := list
	if f := kw["key"]; f != nil {
		keys = make([]Value, len(list))
		for i, x := range list {
			if keys[i], err = in.apply(f, "key", []Value{x}, nil); err != nil {
				return nil, err
			}
		}
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	reverse, _ := Truth(kw["reverse"])
	comparable, distinct := true, true
	slices.SortStableFunc(order, func(a, b int) int {
		c, ok := cmp(keys[a], keys[b])
		comparable = comparable && ok
		distinct = distinct && c != 0
		if reverse {
			return -c
		}
		return c
	})
	if !comparable {
		if u := unknownIn(&List{Items: keys}); u != nil {
			return u, nil
		}
		return nil, in.raise("TypeError", "the items cannot be sorted")
	}
	out := &List{}
	for _, i := range order {
		out.Items = append(out.Items, list[i])
	}
	if _, isSet := v.(*Set); isSet && kw["key"] != nil && !distinct {
		out.Unordered = true
	}
	return out, nil
}

func builtinReversed(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	v, err := builtinList(in, args, nil)
	if l, ok := v.(*List); ok {
		slices.Reverse(l.Items)
	}
	return v, err
}

func builtinRange(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	n := []int64{0, 0, 1}
	for i, a := range args {
		v, ok := number(a).(int64)
		if !ok || i > 2 {
			return nil, in.raise("TypeError", "range() takes integers")
		}
		n[i] = v
	}
	if len(args) == 1 {
		n[0], n[1] = 0, n[0]
	}
	if n[2] == 0 {
		return nil, in.raise("ValueError", "range() arg 3 must not be zero")
	}
	out := &List{}
	for i := n[0]; n[2] > 0 && i < n[1] || n[2] < 0 && i > n[1]; i += n[2] {
		if len(out.Items) > in.Steps || len(out.Items) > in.Size/16 {
			return in.unknown("a range that is too long"), nil
		}
		out.Items = append(out.Items, i)
	}
	return out, nil
}

func builtinEnumerate(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	v, err := builtinList(in, args[:min(len(args), 1)], nil)
	l, ok := v.(*List)
	if !ok {
		return v, err
	}
	start := int64(0)
	if len(args) > 1 {
		start, _ = args[1].(int64)
	} else if n, ok := kw["start"].(int64); ok {
		start = n
	}
	if l.Unordered {
		return in.unknown("an enumeration of a set, whose order nobody promises"), nil
	}
	for i, x := range l.Items {
		l.Items[i] = &Tuple{[]Value{start + int64(i), x}}
	}
	return l, nil
}

func builtinZip(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	out := &List{}
	var lists []*List
	for _, a := range args {
		v, err := builtinList(in, []Value{a}, nil)
		l, ok := v.(*List)
		if !ok || l.Unordered {
			return in.unknown("a zip of values that are not known"), err
		}
		lists = append(lists, l)
	}
	for i := 0; len(lists) > 0; i++ {
		t := &Tuple{}
		for _, l := range lists {
			if i >= len(l.Items) {
				return out, nil
			}
			t.Items = append(t.Items, l.Items[i])
		}
		out.Items = append(out.Items, t)
	}
	return out, nil
}

func builtinMap(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) != 2 {
		return in.unknown("a map over several lists"), nil
	}
	v, err := builtinList(in, args[1:], nil)
	l, ok := v.(*List)
	if !ok {
		return v, err
	}
	for i, x := range l.Items {
		if l.Items[i], err = in.apply(args[0], "map", []Value{x}, nil); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func builtinFilter(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) != 2 {
		return nil, in.raise("TypeError", "filter expected 2 arguments")
	}
	v, err := builtinList(in, args[1:], nil)
	l, ok := v.(*List)
	if !ok {
		return v, err
	}
	out := &List{Unordered: l.Unordered}
	for _, x := range l.Items {
		keep := x
		if args[0] != nil {
			if keep, err = in.apply(args[0], "filter", []Value{x}, nil); err != nil {
				return nil, err
			}
		}
		truth, known := Truth(keep)
		if !known {
			return spoiledBy(keep), nil
		}
		if truth {
			out.Items = append(out.Items, x)
		}
	}
	return out, nil
}

// quantifier is any and all.
func (in *Interp) quantifier(v Value, stop bool) (Value, error) {
	items, _, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u, ok := items.(*Unknown); ok {
		return u, nil
	}
	var doubt Value
	for _, x := range items.([]Value) {
		truth, known := Truth(x)
		if !known {
			doubt = spoiledBy(x)
		} else if truth == stop {
			return stop, nil
		}
	}
	if doubt != nil {
		return doubt, nil
	}
	return !stop, nil
}

func builtinAny(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	return in.quantifier(args0(args), true)
}

func builtinAll(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	return in.quantifier(args0(args), false)
}

func (in *Interp) extreme(args []Value, kw map[string]Value, sign int) (Value, error) {
	if len(kw) > 0 {
		return in.unknown("min or max with a key"), nil
	}
	items := args
	if len(args) == 1 {
		list, _, err := in.iterate(args[0])
		if err != nil {
			return nil, err
		}
		if u, ok := list.(*Unknown); ok {
			return u, nil
		}
		items = list.([]Value)
	}
	if len(items) == 0 {
		return nil, in.raise("ValueError", "min() arg is an empty sequence")
	}
	best := items[0]
	for _, x := range items {
		c, ok := cmp(x, best)
		if !ok {
			return in.unknown("min or max of values that cannot be compared"), nil
		}
		if c*sign > 0 {
			best = x
		}
	}
	return best, nil
}

func builtinMin(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	return in.extreme(args, kw, -1)
}

func builtinMax(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	return in.extreme(args, kw, 1)
}

func builtinSum(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	items, _, err := in.iterate(args0(args))
	if err != nil {
		return nil, err
	}
	if u, ok := items.(*Unknown); ok {
		return u, nil
	}
	var total Value = int64(0)
	if len(args) > 1 {
		total = args[1]
	}
	for _, x := range items.([]Value) {
		if total, err = in.binary("+", total, x); err != nil {
			return nil, err
		}
	}
	return total, nil
}

func builtinAbs(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	switch n := number(args0(args)).(type) {
	case int64:
		return max(n, -n), nil
	case float64:
		return max(n, -n), nil
	}
	return nil, in.raise("TypeError", "bad operand type for abs()")
}

func builtinIsInstance(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) != 2 {
		return nil, in.raise("TypeError", "isinstance expected 2 arguments")
	}
	if u, ok := args[0].(*Unknown); ok {
		return u, nil
	}
	if c, ok := args[0].(Classer); ok {
		if is, known := c.IsInstance(args[1]); known {
			return is, nil
		}
	}
	types := []Value{args[1]}
	if t, ok := args[1].(*Tuple); ok {
		types = t.Items
	}
	for _, t := range types {
		b, ok := t.(*Builtin)
		if !ok {
			return in.unknown("a type that is not known"), nil
		}
		if n := typeName(args[0]); n == b.Name || n == "bool" && b.Name == "int" {
			return true, nil
		}
	}
	return false, nil
}

func builtinPrint(*Interp, []Value, map[string]Value) (Value, error) { return nil, nil }

func builtinOrd(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	s, _ := args0(args).(string)
	if r := []rune(s); len(r) == 1 {
		return int64(r[0]), nil
	}
	return nil, in.raise("TypeError", "ord() expected a character")
}

func builtinChr(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	n, ok := number(args0(args)).(int64)
	if !ok || n < 0 || n > 0x10ffff {
		return nil, in.raise("ValueError", "chr() arg not in range")
	}
	return string(rune(n)), nil
}

func builtinHasAttr(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	return in.unknown("whether a value has an attribute"), nil
}

func builtinGetAttr(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) >= 2 {
		if name, ok := args[1].(string); ok {
			return in.attribute(args[0], name)
		}
	}
	return in.unknown("an attribute that is not known"), nil
}

// HasBuiltin is whether a name is a built-in function, of those that are
// known here and of those that are not.
func HasBuiltin(name string) bool {
	return builtins[name] != nil || otherBuiltins[name] || exceptionTypes[name]
}

// otherBuiltins are not evaluated: a call is unknown.
var otherBuiltins = map[string]bool{"iter": true, "next": true, "type": true, "object": true, "open": true, "input": true, "eval": true, "exec": true, "compile": true,
	"globals": true, "locals": true, "vars": true, "dir": true, "id": true, "hash": true, "hex": true, "oct": true, "bin": true, "bytes": true, "bytearray": true,
	"round": true, "pow": true, "divmod": true, "slice": true, "super": true, "property": true, "setattr": true, "delattr": true, "callable": true,
	"format": true, "ascii": true, "complex": true, "memoryview": true, "staticmethod": true, "classmethod": true, "issubclass": true, "exit": true, "quit": true,
	"copyright": true, "credits": true, "license": true, "help": true}
