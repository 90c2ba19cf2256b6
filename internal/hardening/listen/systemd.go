package listen

import (
	"path"
	"slices"
	"strings"
)

// unitDirs are where systemd looks for system units, the first one wins.
var unitDirs = []string{"etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"}

// unitDir is the directory of unitDirs that a path is in, or "".
func unitDir(name string) string {
	i := slices.IndexFunc(unitDirs, func(d string) bool { return strings.HasPrefix(name, d+"/") })
	if i < 0 {
		return ""
	}
	return unitDirs[i]
}

// units finds enabled sockets, and the commands of enabled services.
func (t *tree) units() {
	for _, p := range t.paths {
		if f := t.files[p]; unitDir(p) == "" || f.Link == "" {
			continue
		}
		if dir := path.Ext(path.Dir(p)); dir != ".wants" && dir != ".requires" {
			continue
		}
		where, text := t.unit(path.Base(p))
		switch path.Ext(p) {
		case ".socket":
			if listens := directives(text, "ListenStream", "ListenDatagram", "ListenSequentialPacket"); len(listens) > 0 {
				t.add(Service{Path: where, Name: path.Base(p), Kind: Socket, Why: strings.Join(listens, ", ")}, p)
			}
		case ".service":
			for _, c := range directives(text, "ExecStartPre", "ExecStart", "ExecStartPost") {
				t.todo = append(t.todo, start{where, strings.TrimLeft(c, "-@:+!|")})
			}
		}
	}
}

// unit returns the path and the text of a unit, with its drop-ins; nothing if
// it is masked or not there.
func (t *tree) unit(name string) (where, text string) {
	for _, try := range []string{name, template(name)} {
		for _, d := range unitDirs {
			f := t.files[path.Join(d, try)]
			if f == nil {
				continue
			}
			if f.Link != "" {
				f = t.files[t.resolve(f.Path)]
			}
			if f == nil || len(f.Text) == 0 {
				return "", "" // /dev/null and an empty file mask
			}
			return f.Path, string(f.Text) + t.dropIns(try)
		}
	}
	return "", ""
}

// template is the name of the unit that an instance is of: "x@.service" of
// "x@tty1.service".
func template(name string) string {
	before, after, ok := strings.Cut(name, "@")
	if !ok {
		return name
	}
	return before + "@" + path.Ext(after)
}

func (t *tree) dropIns(unit string) string {
	text := ""
	for _, p := range t.paths {
		if unitDir(p) != "" && path.Base(path.Dir(p)) == unit+".d" && path.Ext(p) == ".conf" {
			text += "\n" + string(t.files[p].Text)
		}
	}
	return text
}

// directives returns the values of some keys of a unit. An empty value forgets
// those before it.
func directives(text string, keys ...string) []string {
	var values []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || !slices.Contains(keys, strings.TrimSpace(key)) {
			continue
		}
		if value = strings.TrimSpace(value); value == "" {
			values = nil
			continue
		}
		values = append(values, value)
	}
	return values
}
