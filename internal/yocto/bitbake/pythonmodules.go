package bitbake

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// call is a function of a module.
type call func(in *python.Interp, args []python.Value) (python.Value, error)

func builtin(name string, f call) python.Value {
	return &python.Builtin{Name: name, Fn: func(in *python.Interp, args []python.Value, kw map[string]python.Value) (python.Value, error) {
		if len(kw) > 0 {
			return unknownValue(name + " with named arguments"), nil
		}
		return f(in, args)
	}}
}

func unknownValue(reason string) python.Value { return &python.Unknown{Reason: reason} }

// closed are modules of Python of which no member is known.
const closed = `
	time subprocess sys shutil glob errno math json collections itertools functools urllib datetime
	shlex copy logging hashlib tempfile stat textwrap traceback types pickle configparser fnmatch socket
	pathlib platform operator inspect enum typing contextlib multiprocessing codecs struct threading ast
	builtins warnings io csv xml uuid random gzip tarfile locale signal queue distutils packaging abc
	base64 pwd grp concurrent asyncio pprint select fcntl getpass mmap zipfile lzma bz2 ctypes difflib
	string_ importlib pkgutil dataclasses weakref gc bisect heapq numbers decimal fractions statistics
	secrets calendar imp site magic
`

// pythonModules are the modules of Python's library and of BitBake that metadata
// gets.
func pythonModules() map[string]*python.Module {
	all := map[string]*python.Module{}
	add := func(name string, members func(string) (python.Value, bool)) {
		all[name] = &python.Module{Name: name, Members: members}
	}
	for name := range strings.FieldsSeq(closed) {
		add(name, func(string) (python.Value, bool) { return nil, false })
	}
	add("bb", bbMember)
	add("os", osMember)
	add("re", reMember)
	add("string", stringMember)
	return all
}

// textArgs gives the arguments that must be texts; false when one is not.
func textArgs(args []python.Value, n int) ([]string, bool) {
	if len(args) < n {
		return nil, false
	}
	list := make([]string, len(args))
	for i, a := range args {
		s, ok := a.(string)
		if !ok {
			return nil, false
		}
		list[i] = s
	}
	return list, true
}

// onTexts makes a function of one that takes texts.
func onTexts(name string, n int, f func(a []string) python.Value) python.Value {
	return builtin(name, func(in *python.Interp, args []python.Value) (python.Value, error) {
		a, ok := textArgs(args, n)
		if !ok {
			for _, x := range args {
				if x == nil {
					return nil, &python.Exception{Type: "TypeError", Message: name + " of None"}
				}
			}
			return unknownValue(name + " with arguments that are not read here"), nil
		}
		return f(a), nil
	})
}

// osMember: paths are computed, and nothing of the machine is told: the build
// host is assumed to be Linux on x86_64.
func osMember(name string) (python.Value, bool) {
	switch name {
	case "path":
		return &python.Module{Name: "os.path", Members: osPathMember}, true
	case "sep":
		return "/", true
	case "uname":
		return builtin("os.uname", func(*python.Interp, []python.Value) (python.Value, error) {
			host := unknownValue("the name of the build host")
			return &python.Tuple{Items: []python.Value{"Linux", host, unknownValue("the kernel of the build host"), unknownValue("the kernel of the build host"), "x86_64"}}, nil
		}), true
	}
	return nil, false
}

func osPathMember(name string) (python.Value, bool) {
	one := func(f func(string) string) (python.Value, bool) {
		return onTexts("os.path."+name, 1, func(a []string) python.Value { return f(a[0]) }), true
	}
	switch name {
	case "basename":
		return one(func(s string) string { return s[strings.LastIndexByte(s, '/')+1:] })
	case "dirname":
		return one(dirname)
	case "normpath":
		return one(normpath)
	case "abspath":
		return onTexts("os.path.abspath", 1, func(a []string) python.Value {
			if !path.IsAbs(a[0]) {
				return unknownValue("os.path.abspath of a relative path")
			}
			return normpath(a[0])
		}), true
	case "join":
		return onTexts("os.path.join", 1, func(a []string) python.Value { return joinPath(a) }), true
	case "isabs":
		return onTexts("os.path.isabs", 1, func(a []string) python.Value { return path.IsAbs(a[0]) }), true
	case "relpath":
		return onTexts("os.path.relpath", 1, relpath), true
	case "splitext":
		return onTexts("os.path.splitext", 1, func(a []string) python.Value {
			root, ext := splitExt(a[0])
			return &python.Tuple{Items: []python.Value{root, ext}}
		}), true
	case "split":
		return onTexts("os.path.split", 1, func(a []string) python.Value {
			return &python.Tuple{Items: []python.Value{dirname(a[0]), a[0][strings.LastIndexByte(a[0], '/')+1:]}}
		}), true
	case "exists", "isdir", "isfile":
		return &python.Builtin{Name: "os.path." + name, Fn: func(in *python.Interp, args []python.Value, _ map[string]python.Value) (python.Value, error) {
			return existsValue(in, name, args), nil
		}}, true
	}
	return nil, false
}

func dirname(s string) string {
	head := s[:strings.LastIndexByte(s, '/')+1]
	if t := strings.TrimRight(head, "/"); t != "" {
		return t
	}
	return head
}

func normpath(s string) string {
	if strings.HasPrefix(s, "//") && !strings.HasPrefix(s, "///") {
		return "/" + path.Clean(s)
	}
	return path.Clean(s)
}

func joinPath(parts []string) string {
	out := parts[0]
	for _, p := range parts[1:] {
		switch {
		case strings.HasPrefix(p, "/"):
			out = p
		case out == "" || strings.HasSuffix(out, "/"):
			out += p
		default:
			out += "/" + p
		}
	}
	return out
}

func relpath(a []string) python.Value {
	if len(a) != 2 || !path.IsAbs(a[0]) || !path.IsAbs(a[1]) {
		return unknownValue("os.path.relpath from the working directory")
	}
	rel, err := filepath.Rel(a[1], a[0])
	if err != nil {
		return unknownValue("os.path.relpath of these")
	}
	return rel
}

func splitExt(s string) (root, ext string) {
	i := strings.LastIndexByte(s, '.')
	base := strings.LastIndexByte(s, '/') + 1
	if i < base || strings.Trim(s[base:i], ".") == "" {
		return s, ""
	}
	return s[:i], s[i:]
}

// existsValue answers for paths in the layers, which are what they are when
// BitBake runs; others are unknown.
func existsValue(in *python.Interp, kind string, args []python.Value) python.Value {
	h, ok := in.Host.(*host)
	p, isText := args0(args).(string)
	if !ok || !isText || !path.IsAbs(p) {
		return unknownValue("whether a file exists that lies outside of the layers")
	}
	return h.exists(kind, path.Clean(p))
}

func args0(args []python.Value) python.Value {
	if len(args) > 0 {
		return args[0]
	}
	return nil
}

func stringMember(name string) (python.Value, bool) {
	const lower = "abcdefghijklmnopqrstuvwxyz"
	v, ok := map[string]string{"ascii_lowercase": lower, "ascii_uppercase": strings.ToUpper(lower), "ascii_letters": lower + strings.ToUpper(lower), "digits": "0123456789"}[name]
	return v, ok
}
