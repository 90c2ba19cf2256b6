package git

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

const maxModules = 1 << 20 // bytes of .gitmodules

// ModuleURLs reads .gitmodules: the addresses of submodules, by path. Of the
// syntax of git-config(1) it knows sections, comments and quoted values;
// anything else is an error. Every other setting is without effect here.
func ModuleURLs(text []byte) (map[string]string, error) {
	if len(text) > maxModules {
		return nil, fmt.Errorf(".gitmodules has more than %d bytes", maxModules)
	}
	type module struct{ path, url string }
	var list []*module
	var current *module
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			current = nil
			if strings.HasPrefix(line, `[submodule "`) && strings.HasSuffix(line, `"]`) {
				current = &module{}
				list = append(list, current)
			}
		default:
			key, value, ok := strings.Cut(line, "=")
			value, err := unquote(strings.TrimSpace(value))
			if !ok || err != nil {
				return nil, fmt.Errorf(".gitmodules:%d: this line cannot be read", n+1)
			}
			switch key = strings.ToLower(strings.TrimSpace(key)); {
			case current != nil && key == "path":
				current.path = value
			case current != nil && key == "url":
				current.url = value
			}
		}
	}
	urls := map[string]string{}
	for _, m := range list {
		if m.path == "" || m.url == "" {
			continue
		}
		if _, twice := urls[m.path]; twice {
			return nil, fmt.Errorf(".gitmodules has the path %q twice", m.path)
		}
		urls[m.path] = m.url
	}
	return urls, nil
}

func unquote(value string) (string, error) {
	if !strings.HasPrefix(value, `"`) {
		value, _, _ = strings.Cut(value, " #")
		if strings.ContainsAny(value, `"\`) {
			return "", errors.New("escapes")
		}
		return strings.TrimSpace(value), nil
	}
	value = value[1:]
	if !strings.HasSuffix(value, `"`) || strings.ContainsAny(value[:len(value)-1], `"\`) {
		return "", errors.New("quotes")
	}
	return value[:len(value)-1], nil
}

// Resolve returns the address of a submodule: one that begins with "./" or
// "../" is relative to that of the repository that names it.
func Resolve(base, module string) (string, error) {
	if !strings.HasPrefix(module, "./") && !strings.HasPrefix(module, "../") {
		return module, nil
	}
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	dir := strings.Split(strings.Trim(u.Path, "/"), "/")
	for module != "" {
		part, rest, _ := strings.Cut(module, "/")
		switch part {
		case ".", "":
		case "..":
			if len(dir) == 0 || dir[0] == "" {
				return "", fmt.Errorf("the address %q leads above that of %s", module, base)
			}
			dir = dir[:len(dir)-1]
		default:
			dir = append(dir, part)
		}
		module = rest
	}
	u.Path = "/" + path.Join(dir...)
	return u.String(), nil
}
