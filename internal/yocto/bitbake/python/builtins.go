package python

import (
	"strconv"
	"strings"
)

var builtins map[string]Value

// The table is filled here, as its functions refer to it.
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
