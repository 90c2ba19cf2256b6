package plan

import (
	"fmt"
	"path"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

// RunScript is the path of the program of every step: it prepares the working
// directory, runs the step's own script and collects the declared outputs.
const RunScript = ToolsDir + "/run"

const ownScript = ToolsDir + "/script"

// scripts are the files of a step: the frame, and the script of the recipe,
// which stays a file of its own so that line numbers in its errors are true.
func (b *builder) scripts(s Step, name, prologue, script, epilogue string) []InlineFile {
	var run strings.Builder
	first := ""
	if b.env.First != "" {
		first = ` "$BUILD/` + b.env.First + `"`
	}
	fmt.Fprintf(&run, "set -eu\nexec 2>&1\numask 022\nmkdir -p \"$HOME\" \"$TMPDIR\"%s \"$BUILD/%s\"\ncd \"$BUILD/%s\"\n", first, name, name)
	run.WriteString(prologue)
	launch := ""
	if h, _ := b.helpOf(s.Root); h.launcher {
		launch = varyDir + "/launch "
	}
	fmt.Fprintf(&run, "(umask %04o && exec %s/bin/sh -eu %s)\n", b.env.Umask, launch, ownScript)
	run.WriteString(epilogue)
	if b.env.InMemory {
		run.WriteString(keep)
	}
	return []InlineFile{
		{Path: RunScript, Content: run.String()},
		{Path: ownScript, Content: script},
	}
}

// KeptDir is what leaves a step whose $OUT lies in memory.
const KeptDir = ToolsDir + "/kept"

const keep = `cp -a "$OUT/." ` + KeptDir + `
`

// prologue fills the working directory with the primary source. The archive's
// own modes are kept under umask 022: the varied umask is for the build.
func prologue(how []unpack) string {
	var sh strings.Builder
	patched := false
	for _, u := range how {
		patched = patched || u.patches
		if u.times {
			fmt.Fprintf(&sh, "cp -R -p %s/. .\n", quote(u.archive))
			continue
		}
		if u.copy {
			fmt.Fprintf(&sh, "cp -R %s/. .\n", quote(u.archive))
			continue
		}
		into := "."
		if u.into != "" {
			into = u.into
			fmt.Fprintf(&sh, "mkdir -p %s\n", quote(into))
		}
		fmt.Fprintf(&sh, "tar -x -f %s -C %s --strip-components=1 --no-same-owner\n", quote(u.archive), quote(into))
	}
	if patched {
		sh.WriteString(applyPatches)
	}
	return sh.String()
}

// applyPatches follows dpkg-source's format 3.0 (quilt): a patch a line,
// comments after '#', strip level 1, no fuzz beyond what quilt allows.
const applyPatches = `if [ -f debian/patches/series ]; then
	sed -e 's/[[:space:]]*#.*$//' -e '/^[[:space:]]*$/d' debian/patches/series | while read -r patch options; do
		patch -p1 -s -t -F 0 -i "debian/patches/$patch" || { echo "dombuild: debian/patches/$patch does not apply" >&2; exit 1; }
	done
fi
`

// epilogue copies outputs that are named by where the build leaves them.
func epilogue(outputs []recipe.Output) string {
	var sh strings.Builder
	for _, o := range outputs {
		if o.From == "" {
			continue
		}
		if sh.Len() == 0 {
			sh.WriteString(collect)
		}
		fmt.Fprintf(&sh, "collect %s %s\n", quote(o.From), quote(path.Clean(o.Path)))
	}
	return sh.String()
}

const collect = `collect() {
	mkdir -p "$OUT/$(dirname "$2")"
	if [ -d "$1" ]; then
		mkdir -p "$OUT/$2"
		cp -R -P "$1/." "$OUT/$2"
	elif [ -f "$1" ]; then
		cp "$1" "$OUT/$2"
		if [ -x "$1" ]; then chmod 755 "$OUT/$2"; else chmod 644 "$OUT/$2"; fi
	else
		echo "dombuild: output $2: the build left no $1 in $PWD" >&2
		exit 1
	fi
}
`

// quote makes one word of s for the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
