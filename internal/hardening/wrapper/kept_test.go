package wrapper

import (
	"bytes"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// probed is the log of a build in a directory: a program of one object, and a
// configure script's test whose names and contents are of the moment.
func probed(dir, moment, flag string) *Log {
	object := func(p, content string) Object { return Object{Path: p, Digest: digest.FromString(content)} }
	call := func(id string, kind Kind, in Input, out Object, args ...string) Call {
		c := Call{ID: id + moment, Program: "/usr/bin/gcc-12", Name: "gcc", Cwd: dir + "/build/p", Kind: kind, Inputs: []Input{in}, Outputs: []Object{out}}
		for _, a := range args {
			c.Args = append(c.Args, Arg{Text: a})
		}
		return c
	}
	source := func(p string) Input { return Input{RoleSource, Object{Path: p}} }
	temp := dir + "/build/tmp/cg" + moment + "/dummy"
	return &Log{Calls: []Call{
		call("1", KindCompile, source(temp+".c"), object(temp+".o", moment), "-c", temp+".c"),
		call("2", KindCompile, source("tmp."+moment+"abcd.c"), object("tmp."+moment+"abcd.o", moment+"b"), "-c"),
		call("3", KindCompile, source(".tmp_1"+moment[:0]+"/tmp.c"), object("a.o", "a"+flag), flag, "-c", "a.c"),
		call("4", KindLink, Input{RoleObject, object("a.o", "a"+flag)}, object(dir+"/out/p", "p"), "-o", dir+"/out/p"),
		call("5", KindPreprocess, source(".tmp_"+map[bool]string{true: "508", false: "61234"}[dir == ""]+"/x.c"), Object{Path: "-"}, "-E"),
	}}
}

// TestKeptLog: what is kept of two builds is equal, whatever names and contents the
// tests of a configure script had; another flag or another content behind an
// output is not.
func TestKeptLog(t *testing.T) {
	kept := func(dir, moment, flag string) []byte {
		l := probed(dir, moment, flag).Canonical(dir+"/build", dir+"/out", dir+"/build/tmp", "/tmp")
		return l.Kept([]digest.Digest{digest.FromString("p")}).Format()
	}
	first := kept("", "Zx81Qa", "-O2")
	if second := kept("/check", "aB9c0d", "-O2"); !bytes.Equal(first, second) {
		t.Errorf("two builds differ: %s", firstDifference(first, second))
	}
	if bytes.Equal(first, kept("", "Zx81Qa", "-O1")) {
		t.Error("another flag is not seen")
	}
	for _, want := range []string{digest.FromString("a-O2").Encoded(), digest.FromString("p").Encoded(), "$OUT/p", "./tmp/cg/dummy.c", "in source - .tmp_/x.c"} {
		if !strings.Contains(string(first), want) {
			t.Errorf("%s is not in it:\n%s", want, first)
		}
	}
	if strings.Contains(string(first), digest.FromString("Zx81Qa").Encoded()) {
		t.Error("a test's object is in it")
	}
	if l, err := Parse(bytes.NewReader(first)); err != nil || !bytes.Equal(l.Format(), first) {
		t.Errorf("it is not read back: %v", err)
	}
}
