package git

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signed is a commit or tag: what it says, and who signed that.
type Signed struct {
	Object    ID        // of a commit its tree, of a tag what it names
	Kind      Kind      // of Object
	Name      string    // of a tag
	When      time.Time // of the committer or tagger; zero if a tag has none
	Text      []byte    // what the signature covers
	Signature []byte    // armored, OpenPGP or SSH; nil if there is none
}

// once are the headers that a commit has once, or never.
var once = []string{"tree", "author", "committer", "gpgsig", "gpgsig-sha256"}

var errObject = errors.New("its header cannot be read")

// ParseCommit reads a commit. Its signature is the header gpgsig (or
// gpgsig-sha256 in a repository of that format), and covers the rest.
func ParseCommit(format string, content []byte) (Signed, error) {
	s := Signed{Kind: TreeKind}
	field := "gpgsig"
	if format == SHA256 {
		field = "gpgsig-sha256"
	}
	head, body, ok := cutHeader(content)
	if !ok {
		return s, errObject
	}
	inSignature, seen := false, map[string]bool{}
	for i, line := range slices.Collect(bytes.Lines(head)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		if key != "" { // else it goes on with the header before
			if slices.Contains(once, key) && seen[key] || (i == 0) != (key == "tree") {
				return s, errObject
			}
			inSignature, seen[key] = key == field, true
			if err := s.header(format, key, value); err != nil {
				return s, err
			}
		}
		if inSignature {
			s.Signature = append(append(s.Signature, value...), '\n')
		} else {
			s.Text = append(s.Text, line...)
		}
	}
	s.Text = append(s.Text, body...)
	if s.Object == "" || s.When.IsZero() {
		return s, errObject
	}
	return s, nil
}

func (s *Signed) header(format, key, value string) (err error) {
	switch key {
	case "tree", "object":
		s.Object, err = ParseID(value)
		if err == nil && s.Object.Format() != format {
			err = errObject
		}
	case "committer", "tagger":
		s.When, err = parseTime(value)
	case "type":
		s.Kind = Kind(value)
	case "tag":
		s.Name = value
	}
	return err
}

// cutHeader splits an object behind the header's last line.
func cutHeader(content []byte) (head, body []byte, ok bool) {
	i := bytes.Index(content, []byte("\n\n"))
	if i < 0 || bytes.IndexByte(content[:i], 0) >= 0 {
		return nil, nil, false
	}
	return content[:i+1], content[i+1:], true
}

// parseTime reads "Name <mail> 1735689600 +0100".
func parseTime(text string) (time.Time, error) {
	_, rest, ok := strings.Cut(text, "> ")
	seconds, _, ok2 := strings.Cut(rest, " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if !ok || !ok2 || err != nil || n < 0 || n > 1<<40 {
		return time.Time{}, errors.New("its time cannot be read")
	}
	return time.Unix(n, 0).UTC(), nil
}

// beginnings of a signature at the end of a tag's message.
var beginnings = [][]byte{[]byte("-----BEGIN PGP SIGNATURE-----\n"), []byte("-----BEGIN SSH SIGNATURE-----\n")}

// ParseTag reads an annotated tag. Its signature stands at the end and covers
// everything before it.
func ParseTag(format string, content []byte) (Signed, error) {
	s := Signed{Text: content}
	head, _, ok := cutHeader(content)
	if !ok {
		return s, errObject
	}
	want := []string{"object", "type", "tag", "tagger"}
	for i, line := range strings.Split(strings.TrimSuffix(string(head), "\n"), "\n") {
		key, value, _ := strings.Cut(line, " ")
		if i >= len(want) {
			continue
		}
		if key != want[i] {
			return s, errObject
		}
		if err := s.header(format, key, value); err != nil {
			return s, err
		}
	}
	if s.Object == "" || s.Name == "" || (s.Kind != CommitKind && s.Kind != TagKind) {
		return s, fmt.Errorf("it names a %s, not a commit", s.Kind)
	}
	for _, begin := range beginnings {
		if i := bytes.LastIndex(content, begin); i > len(head) && content[i-1] == '\n' {
			s.Text, s.Signature = content[:i], content[i:]
		}
	}
	return s, nil
}
