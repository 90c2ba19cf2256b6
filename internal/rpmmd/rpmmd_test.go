package rpmmd

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/rpm"
)

const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const repomdText = `<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
  <revision>1700000000</revision>
  <data type="primary">
    <checksum type="sha256">` + sum + `</checksum>
    <open-checksum type="sha256">` + sum + `</open-checksum>
    <location href="repodata/primary.xml.gz"/>
    <timestamp>1600000000</timestamp>
    <size>10</size>
    <open-size>20</open-size>
  </data>
  <data type="primary_db"><checksum type="sha">x</checksum><location href="../x"/></data>
</repomd>
`

func TestParseRepomd(t *testing.T) {
	r, err := ParseRepomd([]byte(repomdText))
	if err != nil {
		t.Fatal(err)
	}
	p := r.Records["primary"]
	if p.Path != "repodata/primary.xml.gz" || p.Size != 10 || p.OpenSize != 20 || p.Digest.Encoded() != sum || r.Modular {
		t.Errorf("%+v", p)
	}
	if want := time.Unix(1700000000, 0); !r.Date().Equal(want) {
		t.Errorf("%s", r.Date())
	}
	for name, c := range map[string]struct{ old, new, say string }{
		"weak":     {`<checksum type="sha256">`, `<checksum type="sha1">`, "too weak"},
		"outside":  {"repodata/primary", "../primary", "clean path"},
		"base":     {`<location href`, `<location xml:base="http://example.org/" href`, "outside the repository"},
		"size":     {"<size>10", "<size>-1", "not a size"},
		"twice":    {`type="primary_db"`, `type="primary"`, "twice"},
		"none":     {`type="primary"`, `type="other"`, "names no primary.xml"},
		"time":     {"<timestamp>16", "<timestamp>x", "seconds"},
		"tail":     {"</repomd>", "</repomd><x/>", "follows"},
		"root":     {"<repomd", "<other", "expected element"},
		"cut":      {"</repomd>\n", "", "EOF"},
		"revision": {"1700000000", "a b", "revision"},
		"digest":   {sum, sum[1:], "not a digest"},
	} {
		_, err := ParseRepomd([]byte(strings.Replace(repomdText, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const primaryText = `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="2">
<package type="rpm">
  <name>a</name>
  <arch>x86_64</arch>
  <version epoch="1" ver="2.3" rel="4.fc42"/>
  <checksum type="sha256" pkgid="YES">` + sum + `</checksum>
  <summary>A &lt;name&gt; of <![CDATA[<name>x</name>]]></summary>
  <size package="100" installed="200" archive="300"/>
  <location href="Packages/a/a-2.3-4.fc42.x86_64.rpm"/>
  <format>
    <rpm:license>none</rpm:license>
    <rpm:provides>
      <rpm:entry name="a" flags="EQ" epoch="1" ver="2.3" rel="4.fc42"/>
    </rpm:provides>
    <rpm:requires>
      <rpm:entry name="b" flags="GE" epoch="0" ver="2"/>
      <rpm:entry name="(c if d)"/>
    </rpm:requires>
    <rpm:supplements><rpm:entry name="z"/></rpm:supplements>
    <file>/usr/bin/a</file>
    <file type="dir">/etc/a</file>
  </format>
</package>
<package type="rpm"><name>a</name><arch>i686</arch><version epoch="1" ver="2.3" rel="4.fc42"/></package>
</metadata>
`

func read(text string) ([]*Package, error) {
	var list []*Package
	err := ReadPrimary(strings.NewReader(text), []string{"x86_64", "noarch"}, func(p *Package) error {
		list = append(list, p)
		return nil
	})
	return list, err
}

func TestReadPrimary(t *testing.T) {
	list, err := read(primaryText)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	evr := rpm.EVR{Epoch: 1, Version: "2.3", Release: "4.fc42"}
	want := &Package{NEVRA: rpm.NEVRA{Name: "a", EVR: evr, Arch: "x86_64"}, Digest: "sha256:" + sum, Size: 100, Path: "Packages/a/a-2.3-4.fc42.x86_64.rpm",
		Provides: []rpm.Relation{{Name: "a", Sense: rpm.Equal, EVR: evr}},
		Requires: []rpm.Relation{{Name: "b", Sense: rpm.Greater | rpm.Equal, EVR: rpm.EVR{Version: "2"}}, {Name: "(c if d)"}},
		Files:    []string{"/usr/bin/a", "/etc/a"}}
	if d := cmp.Diff(want, list[0]); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	for name, c := range map[string]struct{ old, new, say string }{
		"epoch":   {`epoch="1"`, `epoch="x"`, "epoch"},
		"flags":   {`flags="GE"`, `flags="XX"`, "comparison"},
		"outside": {"Packages/a/", "../../", "clean path"},
		"cut":     {"</metadata>\n", "", "EOF"},
		"crossed": {"</package>\n<package", "</metadata>\n<package", "closes nothing"},
		"root":    {"<metadata", "<other", "should"},
		"name":    {"<name>a</name>", "", "no name"},
		"nested":  {"<summary>", "<summary>" + strings.Repeat("<x>", 30), "deeper"},
		"entity":  {"<summary>A", "<summary>&unknown;", "entity"},
	} {
		if _, err := read(strings.Replace(primaryText, c.old, c.new, 1)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
	weak, err := read(strings.ReplaceAll(primaryText, `"sha256"`, `"sha"`))
	if err != nil || weak[0].Digest != "" {
		t.Errorf("%v %v", weak[0].Digest, err)
	}
}

const filelistsText = `<filelists packages="1"><package pkgid="` + sum + `" name="a" arch="x86_64"><version epoch="0" ver="1" rel="1"/>
<file>/usr/share/a</file><file type="dir">/usr/share/b</file></package></filelists>`

func TestReadFilelists(t *testing.T) {
	got := map[string]string{}
	err := ReadFilelists(strings.NewReader(filelistsText), map[string]bool{"/usr/share/b": true}, func(sum, path string) { got[path] = sum })
	if d := cmp.Diff(map[string]string{"/usr/share/b": sum}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func FuzzParseRepomd(f *testing.F) {
	f.Add([]byte(repomdText))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRepomd(data)
		if err == nil && r.Records["primary"].Digest.Validate() != nil {
			t.Fatal("a record without a digest")
		}
	})
}

func FuzzReadPrimary(f *testing.F) {
	f.Add(primaryText)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := read(text)
		for _, p := range list {
			if p.Name == "" || p.EVR.Version == "" || err == nil && strings.HasPrefix(p.Path, "..") {
				t.Fatalf("%+v", p)
			}
		}
	})
}

func FuzzReadFilelists(f *testing.F) {
	f.Add(filelistsText)
	f.Fuzz(func(t *testing.T, text string) {
		_ = ReadFilelists(strings.NewReader(text), map[string]bool{"/usr/share/a": true}, func(string, string) {})
	})
}
