package kas

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestKasEnvironment(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	put("own/a.yml", `
header: {version: 14}
machine: qemuarm
distro: poky
target: "mc:one:image"
repos:
  own: {path: own}
  other: {url: "https://example.com/other.git", commit: 0123456789abcdef0123456789abcdef01234567}
`)
	put("own/conf/layer.conf", "")
	put("other/conf/layer.conf", "")
	put("elsewhere/other/conf/layer.conf", "")
	file := filepath.Join(dir, "own/a.yml")
	read := func(vars map[string]string) (*Config, []string, error) {
		c, err := ReadWith(func(name string) (string, bool) { v, ok := vars[name]; return v, ok }, file, dir)
		if err != nil {
			return nil, nil, err
		}
		dirs, err := c.Resolve()
		return c, dirs, err
	}
	c, dirs, err := read(nil)
	if err != nil || c.Machine != "qemuarm" || c.Distro != "poky" || !slices.Equal(c.Multiconfig, []string{"one"}) || !slices.Contains(dirs, filepath.Join(dir, "other")) {
		t.Errorf("%+v %v %v", c, dirs, err)
	}
	c, dirs, err = read(map[string]string{"KAS_MACHINE": "m", "KAS_DISTRO": "d", "KAS_TARGET": "image mc:two:image  multiconfig:three:image", "KAS_WORK_DIR": filepath.Join(dir, "elsewhere"), "KAS_TASK": "x"})
	if err != nil || c.Machine != "m" || c.Distro != "d" || !slices.Equal(c.Multiconfig, []string{"three", "two"}) || !slices.Contains(dirs, filepath.Join(dir, "elsewhere/other")) || !slices.Contains(dirs, filepath.Join(dir, "own")) {
		t.Errorf("%+v %v %v", c, dirs, err)
	}
	if c, _, err = read(map[string]string{"KAS_TARGET": " "}); err != nil || !slices.Equal(c.Multiconfig, []string{"one"}) {
		t.Errorf("%+v %v", c, err)
	}
	var missing *MissingError
	if _, _, err = read(map[string]string{"KAS_WORK_DIR": filepath.Join(dir, "own")}); !errors.As(err, &missing) || len(missing.Dirs) != 1 {
		t.Errorf("not checked out there: %v", err)
	}
	for name, value := range map[string]string{"KAS_MACHINE": "a\"\nB = \"1", "KAS_DISTRO": "", "KAS_WORK_DIR": filepath.Join(dir, "none")} {
		var wrong *EnvironmentError
		if _, _, err := read(map[string]string{name: value}); !errors.As(err, &wrong) || wrong.Name != name || wrong.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
