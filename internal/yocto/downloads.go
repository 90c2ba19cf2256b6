package yocto

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Status says whether a download is what the recipe expects.
type Status string

// Statuses of a download.
const (
	Equal     Status = "equal"
	Different Status = "different"
	Unproven  Status = "not-proven" // nothing to compare with, or it could not be read
	Absent    Status = "absent"
)

// CheckedFile is a file or repository of a DL_DIR.
type CheckedFile struct {
	File      string   `json:"file"` // relative to the DL_DIR
	Status    Status   `json:"status"`
	URI       string   `json:"uri"`
	PN        []string `json:"pn"`
	Algorithm string   `json:"algorithm,omitempty"`
	Expected  string   `json:"expected,omitempty"` // checksum or commit
	Got       string   `json:"got,omitempty"`
	Reasons   []string `json:"reasons,omitempty"` // what differs, or why it is not proven
}

// CheckDownloads compares the files of a DL_DIR with the checksums of the
// sources, and the git repositories and mirror tarballs in it with the pinned
// commits. Worst come first.
func (r *Result) CheckDownloads(ctx context.Context, dir string) ([]CheckedFile, error) {
	if err := DownloadDir(dir); err != nil {
		return nil, err
	}
	jobs := r.downloads(dir)
	out := make([]CheckedFile, len(jobs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i, j := range jobs {
		g.Go(func() error {
			var err error
			out[i], err = j.check(ctx, dir)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("checking downloads: %w", err)
	}
	rank := []Status{Different, Unproven, Equal, Absent}
	slices.SortStableFunc(out, func(a, b CheckedFile) int {
		return cmp.Or(cmp.Compare(slices.Index(rank, a.Status), slices.Index(rank, b.Status)), strings.Compare(a.File, b.File), strings.Compare(a.Expected, b.Expected))
	})
	return out, nil
}

// DownloadDir returns an error unless there is such a directory.
func DownloadDir(dir string) error {
	if !isDir(dir) {
		return fmt.Errorf("checking downloads: %s is not a directory", dir)
	}
	return nil
}

// download is one thing to check: a file with what several recipes expect of it.
type download struct {
	CheckedFile
	sums       []source.Sum
	repository bool
	tarball    bool
}

// downloads lists what the sources would be in dir, each once.
func (r *Result) downloads(dir string) []*download {
	seen := map[string]*download{}
	var out []*download
	add := func(s *Source, d *download) {
		key := fmt.Sprint(d.File, d.Expected, d.sums)
		if old, ok := seen[key]; ok {
			old.PN = append(old.PN, s.PN)
			return
		}
		d.URI, d.PN = s.URI, []string{s.PN}
		seen[key] = d
		out = append(out, d)
	}
	for _, s := range r.Sources {
		switch {
		case s.Verdict == source.Checksum || s.Verdict == source.Missing:
			if name := s.fileName(); name != "" {
				add(s, &download{CheckedFile: CheckedFile{File: name, Algorithm: s.Algorithm, Expected: s.Expected}, sums: s.judgement.Checksums})
			}
		case s.Verdict == source.Pinned:
			for _, d := range s.repositories(dir) {
				add(s, d)
			}
		}
	}
	for _, d := range out {
		slices.Sort(d.PN)
		d.PN = slices.Compact(d.PN)
	}
	return out
}

// fileName is what BitBake calls a file in DL_DIR, "" where that is not known.
func (s *Source) fileName() string {
	u := s.uri()
	name := u.Text("downloadfilename")
	switch {
	case s.Type == "crate":
		parts := strings.Split(s.URI, "/")
		version, _, _ := strings.Cut(parts[len(parts)-1], ";")
		name = parts[len(parts)-2] + "-" + version + ".crate"
	case s.Type == "gomod":
		name = strings.ReplaceAll(s.judgement.Name, "/", ".") + ".zip"
		if u.Text("mod") == "1" {
			name = strings.TrimSuffix(name, ".zip") + ".mod"
		}
	case name == "":
		name = u.Path[strings.LastIndexByte(u.Path, '/')+1:]
		if name == "" {
			name = u.Host + strings.ReplaceAll(u.Path, "/", ".")
		}
	}
	if !filepath.IsLocal(name) {
		return ""
	}
	return name
}

// repository is the URI of a git source, as the git fetcher sees it.
func (s *Source) repository() source.URI {
	if s.Type == "gomodgit" {
		return s.uri().OfModule()
	}
	return s.uri()
}

// repositories are the clone and the mirror tarballs of a pinned git source.
func (s *Source) repositories(dir string) []*download {
	u := s.repository()
	name := source.CloneName(u.Host, u.Path)
	if !filepath.IsLocal(name) || strings.ContainsAny(name, `[]?\`) {
		return nil
	}
	var out []*download
	for _, revision := range s.Revisions {
		own := name
		if u.Text("rebaseable") == "1" {
			own += "_" + revision
		}
		expected := CheckedFile{Algorithm: "commit", Expected: revision}
		clone, tarball := expected, expected
		clone.File, tarball.File = filepath.Join("git2", own), "git2_"+own+".tar.gz"
		out = append(out, &download{CheckedFile: clone, repository: true}, &download{CheckedFile: tarball, repository: true, tarball: true})
		shallow, err := filepath.Glob(filepath.Join(dir, "*shallow_"+own+"*_"+revision[:7]+"*.tar.gz"))
		for _, file := range shallow {
			if err == nil {
				d := expected
				d.File = filepath.Base(file)
				out = append(out, &download{CheckedFile: d, repository: true, tarball: true})
			}
		}
	}
	return out
}

// DownloadError says that downloads are not what the recipes expect.
type DownloadError struct{ Files []CheckedFile }

func (e *DownloadError) Error() string {
	f := e.Files[0]
	text := fmt.Sprintf("%s is not what %s expects: want %s %s", f.File, strings.Join(f.PN, ", "), f.Algorithm, f.Expected)
	if f.Got != "" {
		text += ", got " + f.Got
	}
	if n := len(e.Files) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// Hint says what to do about it.
func (e *DownloadError) Hint() string {
	return "nothing was changed; move these files and their .done stamps away, and find out who put them there"
}

// DownloadsError returns a *DownloadError when a file differs, and a
// *GateError when one is there that could not be compared.
func DownloadsError(checked []CheckedFile) error {
	var bad []CheckedFile
	unproven := 0
	for _, c := range checked {
		switch c.Status {
		case Different:
			bad = append(bad, c)
		case Unproven:
			unproven++
		}
	}
	switch {
	case len(bad) > 0:
		return &DownloadError{bad}
	case unproven > 0:
		return &GateError{unproven, "downloads are not proven"}
	}
	return nil
}
