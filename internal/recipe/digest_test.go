package recipe

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// loadValid loads the valid fixture with its text and files changed by edit.
func loadValid(t *testing.T, edit func(dir string)) *Recipe {
	t.Helper()
	f := open(t, "testdata/valid.hcl")
	if edit != nil {
		edit(f.dir)
	}
	r, err := Load(f.dir, f.vars)
	check(t, err)
	return r
}

// replace edits the recipe's text; the old text must be there.
func replace(t *testing.T, old, new string) func(string) {
	return func(dir string) {
		t.Helper()
		for _, name := range []string{"recipe.hcl", "preamble.hcl"} {
			p := filepath.Join(dir, name)
			src, err := os.ReadFile(p)
			check(t, err)
			if strings.Contains(string(src), old) {
				check(t, os.WriteFile(p, []byte(strings.Replace(string(src), old, new, 1)), 0o644))
				return
			}
		}
		t.Fatalf("%q is not in the fixture", old)
	}
}

func write(t *testing.T, name, text string) func(string) {
	return func(dir string) { check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)) }
}

func TestDigestStaysTheSame(t *testing.T) {
	want := loadValid(t, nil).Digest()
	tests := map[string]func(string){
		"directory": nil,
		"comment":   replace(t, "locals {", "# words\nlocals {"),
		"layout":    replace(t, "  tools   = {", "  tools={"),
		"lockfile":  replace(t, "  version           = \"1.0\"", "  version           = \"1.0\"\n  lockfile = \"../x.lock.hcl\""),
		"unused":    replace(t, "locals {", "locals {\n  unused = 1"),
		"default":   replace(t, "  source    = null\n", ""),
		"computed":  replace(t, "local.numbers[1]", "\"17\""),
		"order":     replace(t, "[\"uki\", \"initramfs\"]", "[\"initramfs\", \"uki\"]"),
		"split": func(dir string) {
			src, err := os.ReadFile(filepath.Join(dir, "recipe.hcl"))
			check(t, err)
			head, tail, _ := strings.Cut(string(src), "image \"dom0\"")
			check(t, os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte(head), 0o644))
			check(t, os.WriteFile(filepath.Join(dir, "a.hcl"), []byte("image \"dom0\""+tail), 0o644))
		},
		"lock beside": write(t, "test.lock.hcl", "anything"),
		"unread file": write(t, "notes.txt", "anything"),
	}
	for name, edit := range tests {
		t.Run(name, func(t *testing.T) {
			if got := loadValid(t, edit).Digest(); got != want {
				t.Errorf("digest %s, want %s", got, want)
			}
		})
	}
}

func TestDigestChanges(t *testing.T) {
	seen := map[string]string{loadValid(t, nil).Digest().String(): "nothing"}
	tests := map[string]func(string){
		"name":          replace(t, `recipe "test"`, `recipe "other"`),
		"version":       replace(t, `"1.0"`, `"1.1"`),
		"epoch":         replace(t, "1735689600", "1735689601"),
		"jobs":          replace(t, "  version           =", "  jobs = 3\n  version           ="),
		"variable":      replace(t, "variable \"plain\" {}", "variable \"plain\" {}\nvariable \"new\" { default = 1 }"),
		"suite":         replace(t, `"bookworm"`, `"trixie"`),
		"components":    replace(t, `"bookworm"`, "\"bookworm\"\n  components = [\"main\", \"contrib\"]"),
		"architecture":  replace(t, `"bookworm"`, "\"bookworm\"\n  architecture = \"arm64\""),
		"keyring":       write(t, "keys/debian-archive.gpg", "other keys"),
		"tools":         replace(t, `"xorriso"`, `"mtools"`),
		"configure":     replace(t, "configure = true", "configure = false"),
		"url":           replace(t, "example.org", "example.net"),
		"checksum":      replace(t, "e3b0", "e3b1"),
		"local content": write(t, "files/main.c", "int main;\n"),
		"local file":    write(t, "files/other.c", ""),
		"local mode":    func(dir string) { check(t, os.Chmod(filepath.Join(dir, "files/main.c"), 0o755)) },
		"sources order": replace(t, "[source.src, source.hello[\"v1\"]]", "[source.hello[\"v1\"], source.src]"),
		"inputs":        replace(t, "[package.tool[\"busybox\"]]", "[package.tool[\"toybox\"]]"),
		"hardening":     replace(t, "hardening = \"kernel\"", "hardening = \"hypervisor\""),
		"own profile":   replace(t, "profile = profile.old", "profile = profile.strict"),
		"rule":          replace(t, "zero-call-used-regs", "relro"),
		"left out":      replace(t, `"pie", "now"`, `"pie"`),
		"more flags":    replace(t, `"-O3"`, `"-O1"`),
		"inherits":      replace(t, "inherits = profile.strict", `inherits = "userspace"`),
		"exception":     replace(t, "share/**", "share/*"),
		"expiry":        replace(t, "2027-06-30", "2027-07-30"),
		"image except":  replace(t, "none yet", "none"),
		"unhardened":    replace(t, "setuid = 0", "setuid = 0\n    elf_without_hardening = 1"),
		"modules":       replace(t, "setuid = 0", "setuid = 0\n    kernel_modules = 1"),
		"script text":   replace(t, "make ${each.key}", "make -s ${each.key}"),
		"script file":   write(t, "build.sh", "make\n"),
		"template":      write(t, "script.tmpl", "${version}${flags[0]}"),
		"environment":   replace(t, "CONF = each.value.conf", "CONF = \"z\""),
		"output":        replace(t, "share/", "lib/"),
		"origin":        replace(t, "bzImage", "vmlinux"),
		"kconfig":       write(t, "linux.config", "CONFIG_XEN=n\n"),
		"kconfig out":   replace(t, "output    = \"boot/config-linux\"", "output    = \"boot/vmlinuz\""),
		"format":        replace(t, "\"uki\"", "\"iso\""),
		"toolchain":     replace(t, "toolchain = toolchain.pack", "toolchain = toolchain.base"),
		"packages":      replace(t, "concat([package.boot], values(package.tool))", "[package.boot]"),
		"kernel line":   replace(t, "console=hvc0", "console=hvc1"),
		"hypervisor":    replace(t, "    kernel  =", "    hypervisor = \"loglvl=all\"\n    kernel  ="),
		"marker":        replace(t, "DOM0 UP", "UP"),
		"expect":        replace(t, "4\\\\.17", "4\\\\.18"),
		"timeout":       replace(t, `"2m"`, `"3m"`),
		"memory":        replace(t, "536870912", "1073741825"),
		"budget":        replace(t, "64MiB", "65MiB"),
		"no setuid":     replace(t, "    setuid = 0\n", ""),
		"files":         replace(t, "setuid = 0", "setuid = 0\n    files = 0"),
	}
	for _, name := range sortedKeys(tests) {
		got := loadValid(t, tests[name]).Digest().String()
		if other, ok := seen[got]; ok {
			t.Errorf("changing %s gives the same digest as changing %s", name, other)
		}
		seen[got] = name
	}
}

// TestDigestCoversEveryField changes every field that a Recipe has, however
// deep: one that is not part of the digest must say so in its tag.
func TestDigestCoversEveryField(t *testing.T) {
	r := loadValid(t, nil)
	want := r.Digest()
	var visit func(path string, v reflect.Value, in bool)
	leaf := func(path string, in bool, change, undo func()) {
		change()
		if changed := r.Digest() != want; changed != in {
			t.Errorf("%s: changed = %v, want %v", path, changed, in)
		}
		undo()
	}
	visit = func(path string, v reflect.Value, in bool) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		undo := func() { v.Set(old) }
		switch v.Kind() {
		case reflect.String:
			leaf(path, in, func() { v.SetString(v.String() + "x") }, undo)
		case reflect.Int, reflect.Int64:
			leaf(path, in, func() { v.SetInt(v.Int() + 1) }, undo)
		case reflect.Bool:
			leaf(path, in, func() { v.SetBool(!v.Bool()) }, undo)
		case reflect.Map:
			if v.Len() > 0 {
				leaf(path, in, func() { v.Set(reflect.MakeMap(v.Type())) }, undo)
			}
		case reflect.Slice:
			if v.Len() > 0 {
				leaf(path, in, func() { v.Set(v.Slice(0, v.Len()-1)) }, undo)
			}
			for i := 0; i < v.Len() && v.Type().Elem().Kind() != reflect.Uint8; i++ {
				visit(path, v.Index(i), in)
			}
		case reflect.Pointer:
			if !v.IsNil() {
				leaf(path, in, func() { v.SetZero() }, undo)
				visit(path, v.Elem(), in)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Type().Field(i)
				visit(path+"."+f.Name, v.Field(i), in && f.Tag.Get("json") != "-")
			}
		default:
			t.Errorf("%s: fields of kind %s are not covered by this test", path, v.Kind())
		}
	}
	visit("Recipe", reflect.ValueOf(r).Elem(), true)
}
