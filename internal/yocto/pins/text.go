package pins

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/opencontainers/go-digest"
	"github.com/zclconf/go-cty/cty"
)

const header = "# Written by dombuild audit yocto --lock and checked to the byte: do not edit.\n"

// maxText bounds a lock in bytes.
const maxText = 256 << 20

// Error says what is wrong with the text of a lock.
type Error struct {
	Name string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("reading the lock %s: %v", e.Name, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *Error) Hint() string { return "dombuild audit yocto --lock FILE … writes it again" }

type document struct {
	Lock struct {
		Version int    `hcl:"version"`
		Kind    string `hcl:"kind"`
		BitBake string `hcl:"bitbake"`
	} `hcl:"lock,block"`
	Files []struct {
		Name    string   `hcl:"name,label"`
		Digest  string   `hcl:"digest"`
		Sums    []string `hcl:"sums"`
		URLs    []string `hcl:"urls"`
		Modules []string `hcl:"modules,optional"`
		Recipes []string `hcl:"recipes"`
	} `hcl:"file,block"`
	Commits  []commitBlock `hcl:"commit,block"`
	Unlocked []struct {
		URI     string   `hcl:"uri,label"`
		Recipes []string `hcl:"recipes"`
		Reason  string   `hcl:"reason"`
	} `hcl:"unlocked,block"`
}

// Parse reads a lock from its text; name is for messages. The error is an
// *Error.
func Parse(name string, text []byte) (*Lock, error) {
	l, err := parse(name, text)
	if err != nil {
		return nil, &Error{name, err}
	}
	return l, nil
}

func parse(name string, text []byte) (*Lock, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("it is longer than %d bytes", maxText)
	}
	file, diags := hclparse.NewParser().ParseHCL(text, name)
	if diags.HasErrors() {
		return nil, diags
	}
	var d document
	if diags := gohcl.DecodeBody(file.Body, &hcl.EvalContext{}, &d); diags.HasErrors() {
		return nil, diags
	}
	if d.Lock.Version != Version || d.Lock.Kind != Kind {
		return nil, fmt.Errorf("it is version %d of the kind %q; this dombuild reads version %d of %q", d.Lock.Version, d.Lock.Kind, Version, Kind)
	}
	l := Lock{BitBake: d.Lock.BitBake}
	for _, f := range d.Files {
		l.Files = append(l.Files, File{f.Name, digest.Digest(f.Digest), f.Sums, f.URLs, f.Recipes, f.Modules})
	}
	for _, c := range d.Commits {
		commit, err := c.commit()
		if err != nil {
			return nil, err
		}
		l.Commits = append(l.Commits, commit)
	}
	for _, u := range d.Unlocked {
		l.Unlocked = append(l.Unlocked, Unlocked{u.URI, u.Recipes, u.Reason})
	}
	out, err := New(l)
	if err != nil {
		return nil, err
	}
	if canonical := out.Format(); !bytes.Equal(canonical, text) {
		same := 0
		for same < min(len(canonical), len(text)) && canonical[same] == text[same] {
			same++
		}
		return nil, fmt.Errorf("line %d is not in the one form that a lock has", 1+bytes.Count(text[:same], []byte("\n")))
	}
	return out, nil
}

// Is says whether a text claims to be a lock of this kind.
func Is(text []byte) bool { return bytes.HasPrefix(text, []byte(header)) }

// Read reads a lock from a file.
func Read(name string) (*Lock, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading the lock: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("reading the lock: %w", err)
	}
	return Parse(name, text)
}

// Write writes the lock to a file, whole or not at all.
func (l *Lock) Write(name string) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), ".lock-")
	if err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(l.Format())
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}

// Format returns the one text of the lock.
func (l *Lock) Format() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nlock {\n  version = %d\n  kind    = %q\n  bitbake = %s\n}\n", header, Version, Kind, quote(l.BitBake))
	for _, f := range l.Files {
		fmt.Fprintf(&b, "\nfile %s {\n  digest  = %s\n  sums    = %s\n  urls    = %s\n",
			quote(f.Name), quote(string(f.Digest)), list(f.Sums), list(f.URLs))
		if len(f.Modules) > 0 {
			fmt.Fprintf(&b, "  modules = %s\n", list(f.Modules))
		}
		fmt.Fprintf(&b, "  recipes = %s\n}\n", list(f.Recipes))
	}
	for _, c := range l.Commits {
		c.format(&b)
	}
	for _, u := range l.Unlocked {
		fmt.Fprintf(&b, "\nunlocked %s {\n  recipes = %s\n  reason  = %s\n}\n", quote(u.URI), list(u.Recipes), quote(u.Reason))
	}
	return b.Bytes()
}

func quote(s string) string { return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes()) }

func list(items []string) string {
	var b bytes.Buffer
	for i, s := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(s))
	}
	return "[" + b.String() + "]"
}
