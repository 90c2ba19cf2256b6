package kas

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Lines tells for each line of a written file, from 1, where its text stands
// in a kas file.
type Lines map[int]Place

// WriteBuild makes dir a build directory, as kas would: conf/bblayers.conf and
// conf/local.conf. It returns where the lines of both come from, by file name.
func (c *Config) WriteBuild(dir string) (map[string]Lines, error) {
	layers, err := c.Resolve()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "conf"), 0o755); err != nil {
		return nil, fmt.Errorf("writing build directory: %w", err)
	}
	var list strings.Builder
	for _, layer := range layers {
		path, err := filepath.Abs(layer)
		if err != nil {
			return nil, err
		}
		if strings.ContainsAny(path, " \t\n\"\\") {
			return nil, fmt.Errorf("the path of a layer, %q, has white space, a quote or a backslash in it", path)
		}
		fmt.Fprintf(&list, " \\\n    %s", path)
	}
	files := map[string]struct {
		blocks []Block
		end    string
	}{
		"bblayers.conf": {slices.Concat(c.Environment, c.LayersConf), fmt.Sprintf("BBLAYERS ?= \"%s\"\nBBPATH ?= \"${TOPDIR}\"\nBBFILES ??= \"\"\n", list.String())},
		"local.conf":    {c.LocalConf, fmt.Sprintf("MACHINE ??= %q\nDISTRO ??= %q\nBBMULTICONFIG ?= %q\n", c.Machine, c.Distro, strings.Join(c.Multiconfig, " "))},
	}
	out := map[string]Lines{}
	for name, f := range files {
		text, lines := join(f.blocks)
		file := filepath.Join(dir, "conf", name)
		if err := os.WriteFile(file, []byte(text+f.end), 0o644); err != nil {
			return nil, fmt.Errorf("writing build directory: %w", err)
		}
		out[file] = lines
	}
	return out, nil
}

// join writes blocks one after the other, each below a comment with its name.
func join(blocks []Block) (string, Lines) {
	var b strings.Builder
	lines := Lines{}
	n := 1
	for _, block := range blocks {
		fmt.Fprintf(&b, "# %s\n", strings.NewReplacer("\n", " ", "\\", "/").Replace(block.Name))
		n++
		for i, line := range strings.Split(strings.TrimSuffix(block.Text, "\n"), "\n") {
			fmt.Fprintln(&b, line)
			lines[n] = Place{block.Place.File, block.Place.Line + i}
			n++
		}
	}
	return b.String(), lines
}
