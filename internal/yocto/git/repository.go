package git

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// id is the name of an object.
type id [20]byte

func (i id) String() string { return hex.EncodeToString(i[:]) }

func parseID(text string) (id, error) {
	var i id
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(i) {
		return i, fmt.Errorf("%q is not the full hash of a commit", text)
	}
	copy(i[:], raw)
	return i, nil
}

// Limits of a repository.
const (
	maxPacks   = 10_000
	maxObjects = 20_000_000
	maxMemory  = 512 << 20 // bytes of an object that has to be in memory: a tree, a commit, a delta and its bases
	maxChain   = 4096      // of deltas; git makes at most 4095
	maxText    = 4 << 20   // bytes of config, packed-refs …
)

// Report says what was found.
type Report struct {
	Objects int      // that were hashed
	Wrong   []string // what differs from the commit; never empty when the commit is not delivered
	Doubts  []string // why it cannot be said, sorted
}

// maxWrong bounds how much of what is wrong is listed.
const maxWrong = 20

// Verify reads the repository in dir, bare or with a .git directory, and checks
// all that the commit consists of. An error means that it could not be read.
func Verify(ctx context.Context, dir, commit string) (*Report, error) {
	want, err := parseID(commit)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "objects")); err != nil {
		if dir = filepath.Join(dir, ".git"); !isDir(filepath.Join(dir, "objects")) {
			return nil, fmt.Errorf("reading repository: %s has no objects", filepath.Dir(dir))
		}
	}
	s := &store{dir: dir}
	defer s.close()
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("reading repository %s: %w", dir, err)
	}
	doubts, err := s.doubts()
	if err != nil {
		return nil, fmt.Errorf("reading repository %s: %w", dir, err)
	}
	w := &walk{store: s, report: &Report{Doubts: doubts}, seen: map[id]bool{}}
	if err := w.run(ctx, want); err != nil {
		return nil, err
	}
	slices.Sort(w.report.Doubts)
	w.report.Doubts = slices.Compact(w.report.Doubts)
	return w.report, nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// misleading are files that make git read something other than its objects.
var misleading = map[string]string{
	"objects/info/alternates":         "objects are looked for elsewhere (objects/info/alternates)",
	"objects/info/http-alternates":    "objects are looked for elsewhere (objects/info/http-alternates)",
	"objects/info/commit-graph":       "a commit graph says which trees commits have",
	"objects/info/commit-graphs":      "commit graphs say which trees commits have",
	"objects/pack/multi-pack-index":   "a multi-pack index says where objects are",
	"objects/pack/multi-pack-index.d": "a multi-pack index says where objects are",
	"info/grafts":                     "grafts change the history",
	"refs/replace":                    "objects are replaced (refs/replace)",
	"commondir":                       "the repository is a worktree of another",
	"info/attributes":                 "attributes change files as they are checked out (info/attributes)",
}

// doubts lists what makes git behave in a way that the objects do not say.
func (s *store) doubts() ([]string, error) {
	var out []string
	for name, why := range misleading {
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case info.IsDir() && empty(path):
		default:
			out = append(out, why)
		}
	}
	packed, err := s.text("packed-refs")
	if err != nil {
		return nil, err
	}
	if strings.Contains(packed, " refs/replace/") {
		out = append(out, misleading["refs/replace"])
	}
	hooks, err := os.ReadDir(filepath.Join(s.dir, "hooks"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, h := range hooks {
		if !strings.HasSuffix(h.Name(), ".sample") {
			out = append(out, fmt.Sprintf("git runs the hook %q", h.Name()))
		}
	}
	config, err := s.configuration()
	return append(out, config...), err
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// harmless are the settings that a clone has and that change nothing of what
// is checked out.
var harmless = []string{"core.repositoryformatversion=0", "core.filemode", "core.bare", "core.logallrefupdates", "core.symlinks", "core.ignorecase", "core.precomposeunicode",
	"core.fsyncobjectfiles", "gc.", "pack.", "maintenance.", "remote.", "branch.", "user.", "advice.", "init."}

// dangerous end the names of settings that are no harm otherwise.
var dangerous = []string{".uploadpack", ".receivepack", ".vcs", ".promisor", ".partialclonefilter", ".proxy", "gc.recentobjectshook"}

// configuration lists the settings in config that are not known to be harmless.
func (s *store) configuration() ([]string, error) {
	text, err := s.text("config")
	if err != nil {
		return nil, err
	}
	var out []string
	section := ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[' && strings.Index(line, "]") == len(line)-1:
			section = sectionOf(line)
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		setting := section + "." + strings.ToLower(strings.TrimSpace(name))
		full := setting + "=" + strings.TrimSpace(value)
		ok := slices.ContainsFunc(harmless, func(h string) bool {
			return setting == h || full == h || strings.HasSuffix(h, ".") && strings.HasPrefix(setting, h)
		})
		bad := slices.ContainsFunc(dangerous, func(d string) bool { return strings.HasSuffix(setting, d) })
		if !ok || bad || strings.HasSuffix(line, "\\") || line[0] == '[' || strings.Contains(value, "::") {
			out = append(out, fmt.Sprintf("the configuration sets %q", setting))
		}
	}
	return out, nil
}

// sectionOf reads `[remote "origin"]` as "remote".
func sectionOf(line string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("[] \t\".", r) })
	if len(words) == 0 {
		return ""
	}
	return strings.ToLower(words[0])
}

// text reads a small file of the repository, "" where there is none.
func (s *store) text(name string) (string, error) {
	path := filepath.Join(s.dir, name)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	limit := int64(maxText)
	if name == "packed-refs" {
		limit = 256 << 20
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return "", fmt.Errorf("%s is no regular file of at most %d bytes", name, limit)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}
