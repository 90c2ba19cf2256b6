package upstream

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/dombuild/dombuild/internal/recipe"
)

// goModule is one module, laid out as its files.
func goModule(s recipe.Source) (set, error) {
	v := module.Version{Path: s.GoModule.Module, Version: s.GoModule.Version}
	at, err := proxyPath(v)
	if err != nil {
		return set{}, err
	}
	file := at + ".zip"
	one := set{mirror: "go", parts: []part{{path: file, prove: zipProof(s.GoModule.Sum)}}}
	one.lay = func(w *tar.Writer, open func(string) ([]byte, error)) error {
		data, err := open(file)
		if err != nil {
			return err
		}
		return unzip(w, data, v.Path+"@"+v.Version+"/")
	}
	return one, nil
}

// goModules is everything that a go.sum names, laid out as a proxy:
// GOPROXY=file://$SOURCES/NAME.
func goModules(s recipe.Source) (set, error) {
	sums, err := parseSums(s.GoModules.File)
	if err != nil {
		return set{}, err
	}
	all := set{mirror: "go"}
	var whole []module.Version
	for _, sum := range sums {
		at, err := proxyPath(sum.module)
		if err != nil {
			return set{}, &InputError{File: s.GoModules.File.Path, Reason: err.Error()}
		}
		if sum.mod {
			all.parts = append(all.parts, part{path: at + ".mod", prove: modProof(sum.h1)})
		} else {
			all.parts = append(all.parts, part{path: at + ".zip", prove: zipProof(sum.h1)})
			whole = append(whole, sum.module)
		}
	}
	all.lay = func(w *tar.Writer, open func(string) ([]byte, error)) error {
		for _, p := range all.parts {
			data, err := open(p.path)
			if err == nil {
				err = writeFile(w, p.path, 0o644, data)
			}
			if err != nil {
				return err
			}
		}
		return layVersions(w, whole)
	}
	return all, nil
}

// layVersions writes what a proxy says about versions: .info files and lists.
func layVersions(w *tar.Writer, whole []module.Version) error {
	lists := map[string]string{}
	for _, v := range whole {
		at, err := proxyPath(v)
		if err != nil {
			return err
		}
		info, err := json.Marshal(struct{ Version string }{v.Version})
		if err == nil {
			err = writeFile(w, at+".info", 0o644, info)
		}
		if err != nil {
			return err
		}
		lists[path.Dir(at)] += v.Version + "\n"
	}
	for _, dir := range slices.Sorted(maps.Keys(lists)) {
		if err := writeFile(w, dir+"/list", 0o644, []byte(lists[dir])); err != nil {
			return err
		}
	}
	return nil
}

// proxyPath is where a proxy has a version, without the extension.
func proxyPath(v module.Version) (string, error) {
	if err := module.Check(v.Path, v.Version); err != nil {
		return "", err
	}
	p, err := module.EscapePath(v.Path)
	if err != nil {
		return "", err
	}
	version, err := module.EscapeVersion(v.Version)
	return p + "/@v/" + version, err
}

// goSum is one line of a go.sum.
type goSum struct {
	module module.Version
	mod    bool // of the go.mod alone
	h1     string
}

// parseSums reads a go.sum.
func parseSums(f recipe.File) ([]goSum, error) {
	var out []goSum
	seen := map[string]string{}
	for n, line := range strings.Split(string(f.Content), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		bad := func(reason string) error {
			return &InputError{File: fmt.Sprintf("%s:%d", f.Path, n+1), Reason: reason, Remedy: "go mod tidy writes it again"}
		}
		if len(fields) != 3 || !strings.HasPrefix(fields[2], "h1:") {
			return nil, bad("a line is a module, a version and a sum that begins with h1:")
		}
		s := goSum{h1: fields[2]}
		s.module.Path = fields[0]
		s.module.Version, s.mod = strings.CutSuffix(fields[1], "/go.mod")
		if err := module.Check(s.module.Path, s.module.Version); err != nil {
			return nil, bad(err.Error())
		}
		key := fields[0] + " " + fields[1]
		if before, twice := seen[key]; twice && before != s.h1 {
			return nil, bad("it has two sums for " + key)
		} else if !twice {
			out = append(out, s)
		}
		seen[key] = s.h1
	}
	if len(out) == 0 {
		return nil, &InputError{File: f.Path, Reason: "it names no module"}
	}
	return out, nil
}

// zipProof checks the h1 of a module's zip.
func zipProof(want string) func([]byte) error {
	return func(data []byte) error {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		var names []string
		files := map[string]*zip.File{}
		for _, f := range z.File {
			names = append(names, f.Name)
			files[f.Name] = f
		}
		if len(files) != len(names) {
			return errors.New("the zip has a name twice")
		}
		left := int64(maxFiles)
		got, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
			if left -= int64(files[name].UncompressedSize64); left < 0 {
				return nil, errors.New("the zip holds too much")
			}
			return files[name].Open()
		})
		return compareSum(want, got, err)
	}
}

// modProof checks the h1 of a go.mod.
func modProof(want string) func([]byte) error {
	return func(data []byte) error {
		got, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)), nil
		})
		return compareSum(want, got, err)
	}
}

func compareSum(want, got string, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("wanted %s, got %s", want, got)
	}
	return err
}

// unzip lays out the files of a module's zip, which all begin with prefix.
func unzip(w *tar.Writer, data []byte, prefix string) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, prefix)
		if !ok || name == "" {
			return fmt.Errorf("the zip has %q, which is not below %q", f.Name, prefix)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		content, err := io.ReadAll(io.LimitReader(r, maxPart+1))
		err = errors.Join(err, r.Close())
		if err == nil && len(content) > maxPart {
			err = fmt.Errorf("%q is too large", f.Name)
		}
		if err == nil {
			err = writeFile(w, name, 0o644, content)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func writeFile(w *tar.Writer, name string, mode int64, content []byte) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content)), Format: tar.FormatPAX}
	if err := w.WriteHeader(h); err != nil {
		return fmt.Errorf("packing %q: %w", name, err)
	}
	_, err := w.Write(content)
	return err
}
