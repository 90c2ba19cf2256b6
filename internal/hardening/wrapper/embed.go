package wrapper

import (
	"embed"
	"path"
)

//go:embed src
var sources embed.FS

// BuildScript compiles the wrapper: "sh build.sh SOURCES OUTPUT", where SOURCES
// is a directory with the files that Sources returns. It needs gcc or clang,
// binutils and, off x86_64, a C library.
//
//go:embed build.sh
var BuildScript string

// InstallScript puts a compiled wrapper in the place of the programs of a build
// root: "sh install.sh WRAPPER ROOT", as root. It prints "wrapped PATH" for each
// program and needs sh, cmp, cp, head, ln, mv, od, readlink and tr.
//
//go:embed install.sh
var InstallScript string

// Where the wrapper finds its configuration and leaves its log in a build root.
// They are paths and not variables, so that no build loses them.
const (
	ConfigPath = "/dombuild/hardening.conf"
	LogDir     = "/dombuild-log" // writable by who builds
	LogName    = "calls"         // the log itself, in LogDir
)

// Sources returns the wrapper's C files by name. wrapper.c includes the others.
func Sources() (map[string]string, error) {
	entries, err := sources.ReadDir("src")
	if err != nil {
		return nil, err
	}
	files := make(map[string]string, len(entries))
	for _, e := range entries {
		content, err := sources.ReadFile(path.Join("src", e.Name()))
		if err != nil {
			return nil, err
		}
		files[e.Name()] = string(content)
	}
	return files, nil
}
