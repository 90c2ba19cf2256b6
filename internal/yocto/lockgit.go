package yocto

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/pins"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// commits are the commits of a git source, or why there are none.
func (s *Source) commits(r source.Release) ([]pins.Commit, string) {
	if s.Verdict != source.Pinned || !slices.Contains([]string{"git", "gitsm", "gomodgit"}, s.Type) {
		return nil, s.unlocked()
	}
	u := s.repository()
	address := u.Repository()
	switch {
	case u.User != "" || u.Text("user") != "":
		return nil, "the server asks for a user and password"
	case u.Host == "":
		return nil, "the URI names no server"
	case address == "":
		return nil, "repositories are fetched over https, http and git, not " + u.Text("protocol")
	}
	branches, reason := s.branches(r)
	if reason != "" {
		return nil, reason
	}
	var out []pins.Commit
	for name, revision := range s.Revisions {
		c := pins.Commit{Clone: source.CloneName(u.Host, u.Path), ID: revision, URLs: []string{address}, Submodules: s.Type == "gitsm", NoLFS: lfsOff(u), Recipes: []string{s.PN}}
		if u.Text("rebaseable") == "1" {
			c.Clone += "_" + revision
		}
		if b := branches[name]; b != "" {
			c.Branches = []string{b}
		}
		if tag := u.Text("tag"); tag != "" && r.ComparesTags() {
			c.Tags = []string{tag}
		}
		if _, err := pins.New(pins.Lock{BitBake: r.String(), Commits: []pins.Commit{c}}); err != nil {
			return nil, err.Error()
		}
		out = append(out, c)
	}
	return out, ""
}

// lfsOff says whether BitBake leaves files of git LFS where they are.
func lfsOff(u source.URI) bool {
	p, ok := u.Param("lfs")
	return ok && p.Value != "1"
}

// branches are those that have to contain the revision of each name; none with
// nobranch=1.
func (s *Source) branches(r source.Release) (map[string]string, string) {
	u := s.repository()
	if u.Text("nobranch") == "1" {
		return nil, ""
	}
	text := u.Text("branch")
	if text == "" {
		if r.ComparesTags() {
			return nil, "BitBake wants branch= or nobranch=1"
		}
		text = "master"
	}
	names, list := []string{"default"}, []string{text}
	switch name := u.Text("name"); {
	case s.Type == "gomodgit":
		names = []string{s.judgement.Name}
	case name != "":
		names = strings.Split(name, ",")
	}
	if !r.ComparesTags() {
		list = strings.Split(text, ",")
	}
	if len(names) != len(list) {
		return nil, fmt.Sprintf("%d branches are named, and %d revisions", len(list), len(names))
	}
	out := map[string]string{}
	for i, name := range names {
		out[name] = list[i]
	}
	return out, ""
}
