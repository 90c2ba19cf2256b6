package wrapper

import "testing"

// RunWrapped executes a script in a copy of the machine's root with wrapped
// compilers, and returns the log and the build directory.
func RunWrapped(t testing.TB, c Config, files map[string]string, script string) (log *Log, dir string) {
	t.Helper()
	r := root{config: c, files: files}.run(t, script)
	return r.log, r.dir
}
