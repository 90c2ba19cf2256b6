package main

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dombuild/dombuild/internal/archivetest"
)

// host puts this machine's own shells, compiler and tools into the archive in
// place of busybox, as packages with the names that Debian gives them: for
// toolchains in which everything is linked dynamically, as it is in real ones.
func cmdHost(ts *script, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: host")
	}
	debs, err := hostDebs()
	ts.Check(err)
	a := ts.Value(archiveKey{}).(*archivetest.Archive)
	for name, version := range map[string]string{"busybox": "1.36-1", "gcc": "12-1"} {
		a.Remove(name, version, true)
	}
	a.Add(debs...)
	a.Publish(time.Now().AddDate(0, 0, -6))
}

// hostPrograms are those of the package programs; what they need goes along.
var hostPrograms = strings.Fields(`basename cat chmod cp cut date dirname env getconf grep hostname id ls mkdir mv nproc
	perl printf rm sed sort stat tar touch tr true uname wc ln`)

// hostDebs makes the packages, once.
var hostDebs = sync.OnceValues(func() ([]archivetest.Deb, error) {
	programs, err := programFiles(hostPrograms...)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{"programs": programs}
	for name, program := range map[string]string{"dash": "dash", "bash": "bash", "libc-bin": "localedef"} {
		if all[name], err = programFiles(program); err != nil {
			return nil, err
		}
	}
	if all["gcc"], err = compilerFiles(); err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	var debs []archivetest.Deb
	for _, name := range []string{"programs", "dash", "bash", "libc-bin", "gcc"} {
		d := archivetest.Deb{Name: name}
		if name != "programs" {
			d.Fields = "Depends: programs"
		}
		if name == "dash" {
			d.Entries = append(d.Entries, archivetest.Entry{Path: "./usr/bin/"}, archivetest.Entry{Path: "./usr/bin/sh", Link: "dash"})
		}
		if d.Entries, err = copied(d.Entries, all[name], taken); err != nil {
			return nil, err
		}
		debs = append(debs, d)
	}
	return debs, nil
})

// copied adds files that no package has yet, with their directories.
func copied(entries []archivetest.Entry, files []string, taken map[string]bool) ([]archivetest.Entry, error) {
	dirs := map[string]bool{"./usr/bin/": len(entries) > 0}
	for _, f := range files {
		f = merged(f)
		if taken[f] {
			continue
		}
		taken[f] = true
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(f)
		if err != nil {
			return nil, err
		}
		for i, c := range f {
			if dir := "." + f[:i+1]; i > 0 && c == '/' && !dirs[dir] {
				dirs[dir] = true
				entries = append(entries, archivetest.Entry{Path: dir})
			}
		}
		entries = append(entries, archivetest.Entry{Path: "." + f, Text: string(text), Mode: int64(info.Mode().Perm())})
	}
	return entries, nil
}

// merged is the name of a file where /bin and /lib are links into /usr.
func merged(name string) string {
	name = filepath.Clean(name)
	for _, dir := range []string{"/bin/", "/sbin/", "/lib/", "/lib64/"} {
		if strings.HasPrefix(name, dir) {
			return "/usr" + name
		}
	}
	return name
}

// programFiles are programs with the libraries that they are linked with.
func programFiles(names ...string) ([]string, error) {
	var files []string
	for _, n := range names {
		p, err := exec.LookPath(n)
		if err != nil {
			return nil, fmt.Errorf("%w: on Debian install what has it (make testdeps)", err)
		}
		files = append(files, p)
		libraries, err := librariesOf(p)
		if err != nil {
			return nil, err
		}
		files = append(files, libraries...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// librariesOf asks the dynamic linker.
func librariesOf(program string) ([]string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	needed, err := f.ImportedLibraries()
	f.Close()
	if err != nil || len(needed) == 0 {
		return nil, err
	}
	out, err := exec.Command("ldd", program).Output()
	if err != nil {
		return nil, fmt.Errorf("ldd %s: %w", program, err)
	}
	var files []string
	for _, word := range strings.Fields(string(out)) {
		if strings.HasPrefix(word, "/") {
			files = append(files, word)
		}
	}
	return files, nil
}

// compilerFiles are gcc, what it runs and links, and the headers that the
// sources of a varied environment include.
func compilerFiles() ([]string, error) {
	ask := func(args ...string) (string, error) {
		out, err := exec.Command("gcc", args...).Output()
		if err != nil {
			return "", fmt.Errorf("gcc %s: %w", strings.Join(args, " "), err)
		}
		return strings.TrimSpace(string(out)), nil
	}
	files, err := programFiles("gcc", "as", "ld")
	if err != nil {
		return nil, err
	}
	for _, n := range []string{"cc1", "collect2"} {
		p, err := ask("-print-prog-name=" + n)
		if err != nil {
			return nil, err
		}
		libraries, err := librariesOf(p)
		if err != nil {
			return nil, err
		}
		files = append(append(files, p), libraries...)
	}
	for _, n := range strings.Fields(`crt1.o crti.o crtn.o crtbegin.o crtbeginS.o crtbeginT.o crtend.o crtendS.o Scrt1.o
		libgcc.a libgcc_eh.a libgcc_s.so libgcc_s.so.1 libc.so libc.a libc_nonshared.a libdl.a libpthread.a liblto_plugin.so`) {
		p, err := ask("-print-file-name=" + n)
		if err != nil {
			return nil, err
		}
		if filepath.IsAbs(p) {
			files = append(files, p)
		}
	}
	sources, err := filepath.Glob("../../internal/plan/vary/*.c")
	if err != nil || len(sources) == 0 {
		return nil, fmt.Errorf("finding the sources of a varied environment: %w", err)
	}
	config, err := os.MkdirTemp("", "vary")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(config)
	define := "#define VARY_CLOCK 1\n#define VARY_ORDER 1\n#define VARY_PROCESSORS 1\n#define VARY_RELEASE \"\"\n#define VARY_VERSION \"\"\n"
	if err := os.WriteFile(filepath.Join(config, "config.h"), []byte(define), 0o644); err != nil {
		return nil, err
	}
	rules, err := ask(append([]string{"-M", "-O2", "-I" + config}, sources...)...)
	if err != nil {
		return nil, err
	}
	for _, word := range strings.Fields(rules) {
		if strings.HasPrefix(word, "/usr/") {
			files = append(files, word)
		}
	}
	return files, nil
}
