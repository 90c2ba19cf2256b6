package source

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// variables are hand-made: "SRCREV" and, for flags, "SRC_URI[sha256sum]". A
// value that begins with "?" is uncertain.
type variables map[string]string

func (v variables) Get(name string) bitbake.Value {
	text, ok := v[name]
	value := bitbake.Value{Text: text, Set: ok}
	if ok && text != "" && text[0] == '?' {
		value.Text = text[1:]
		value.Unknown = []bitbake.Unknown{{Place: bitbake.Place{File: "a.bb", Line: 3}, Expression: text[1:], Reason: "not evaluated"}}
	}
	return value
}

func (v variables) Flag(name, flag string) bitbake.Value { return v.Get(name + "[" + flag + "]") }

const (
	sha    = "0000000000000000000000000000000000000000000000000000000000000001"
	commit = "0123456789abcdef0123456789abcdef01234567"
)

var judgeTests = []struct {
	name     string
	raw      string
	vars     variables
	release  Release // zero: the newest
	want     Verdict
	best     Sum
	revision map[string]string
	refused  bool
}{
	{name: "plain flag", raw: "https://h/a.tgz", vars: variables{"SRC_URI[sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "sha256sum"}},
	{name: "strongest", raw: "https://h/a.tgz", vars: variables{"SRC_URI[md5sum]": "m", "SRC_URI[sha1sum]": "s", "SRC_URI[sha384sum]": "t"}, want: Checksum, best: Sum{"sha384", "t", "sha384sum"}},
	{name: "md5 alone", raw: "https://h/a.tgz", vars: variables{"SRC_URI[md5sum]": "m"}, want: Checksum, best: Sum{"md5", "m", "md5sum"}},
	{name: "no flag", raw: "https://h/a.tgz", want: Missing},
	{name: "empty flag", raw: "https://h/a.tgz", vars: variables{"SRC_URI[sha256sum]": ""}, want: Missing},
	{name: "upper case fails closed", raw: "https://h/a.tgz", vars: variables{"SRC_URI[sha256sum]": "ABC"}, want: Checksum, best: Sum{"sha256", "ABC", "sha256sum"}},
	{name: "typo", raw: "https://h/a.tgz", vars: variables{"SRC_URI[sha256]": sha, "SRC_URI[sha256sums]": sha}, want: Missing},
	{name: "a name hides the plain flag", raw: "https://h/a.tgz;name=x", vars: variables{"SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "named flag", raw: "https://h/a.tgz;name=x", vars: variables{"SRC_URI[x.sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "x.sha256sum"}},
	{name: "named flag of another", raw: "https://h/a.tgz", vars: variables{"SRC_URI[x.sha256sum]": sha}, want: Missing},
	{name: "parameter beats flag", raw: "https://h/a.tgz;sha256sum=p", vars: variables{"SRC_URI[sha256sum]": sha}, want: Checksum, best: Sum{"sha256", "p", ""}},
	{name: "named parameter", raw: "https://h/a.tgz;name=x;x.sha256sum=p;sha256sum=q", want: Checksum, best: Sum{"sha256", "p", ""}},
	{name: "a name hides the plain parameter, old", raw: "https://h/a.tgz;name=x;sha256sum=" + sha, release: Release{2, 10}, want: Missing},
	{name: "a name hides the plain parameter, old, but not its flag", raw: "https://h/a.tgz;name=x;sha256sum=p", release: Release{2, 8}, vars: variables{"SRC_URI[x.sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "x.sha256sum"}},
	{name: "a name with a plain parameter", raw: "https://h/a.tgz;name=x;sha256sum=p", release: Release{2, 12}, vars: variables{"SRC_URI[x.sha256sum]": sha}, want: Checksum, best: Sum{"sha256", "p", ""}},
	{name: "named parameter, old", raw: "https://h/a.tgz;name=x;x.sha256sum=p", release: Release{1, 46}, want: Checksum, best: Sum{"sha256", "p", ""}},
	{name: "second = in a parameter, old", raw: "https://h/a.tgz;x=1=2", release: Release{2, 4}, vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "second = in a parameter", raw: "https://h/a.tgz;x=1=2", release: Release{2, 6}, vars: variables{"SRC_URI[sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "sha256sum"}},
	{name: "empty parameter beats flag", raw: "https://h/a.tgz;sha256sum=", vars: variables{"SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "bare parameter beats flag", raw: "https://h/a.tgz;sha256sum", vars: variables{"SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "bare parameter, old", raw: "https://h/a.tgz;sha256sum", release: Release{2, 8}, vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "bare name", raw: "https://h/a.tgz;name", vars: variables{"SRC_URI[None.sha256sum]": sha}, want: NotProven, refused: true},
	{name: "two names", raw: "https://h/a.tgz;name=a,b", vars: variables{"SRC_URI[a,b.sha256sum]": sha}, want: NotProven, refused: true},
	{name: "uncertain flag", raw: "https://h/a.tgz", vars: variables{"SRC_URI[sha256sum]": "?${@x()}"}, want: NotProven, best: Sum{"sha256", "${@x()}", "sha256sum"}},
	{name: "another file", raw: "https://h/a.tgz;localpath=/etc", vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven},
	{name: "scheme in capitals", raw: "HTTPS://h/a.tgz", vars: variables{"SRC_URI[sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "sha256sum"}},
	{name: "scheme in capitals, old", raw: "HTTPS://h/a.tgz", release: Release{2, 0}, vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "no such fetcher", raw: "foo://h/a", want: NotProven, refused: true},
	{name: "not expanded", raw: "${MIRROR}/a.tgz", vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "scp", raw: "ssh://h/a.tgz;sha256sum=" + sha, vars: variables{"SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "sftp", raw: "sftp://h/a.tgz", vars: variables{"SRC_URI[sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "sha256sum"}},
	{name: "az before it was there", raw: "az://h/a.tgz", release: Release{1, 46}, vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "ftps before it was there", raw: "ftps://h/a.tgz", release: Release{1, 50}, vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "crate before it was there", raw: "crate://crates.io/serde/1.0.0", release: Release{1, 52}, want: NotProven, refused: true},
	{name: "no file", raw: "s3://h/a/", vars: variables{"SRC_URI[sha256sum]": sha}, want: NotProven, refused: true},
	{name: "no file, but a name for it", raw: "s3://h/a/;downloadfilename=b", vars: variables{"SRC_URI[sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "sha256sum"}},
	{name: "local", raw: "file://a.patch;sha256sum=" + sha, want: Local},

	{name: "crate", raw: "crate://crates.io/serde/1.0.0", vars: variables{"SRC_URI[serde-1.0.0.sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "serde-1.0.0.sha256sum"}},
	{name: "crate without its flag", raw: "crate://crates.io/serde/1.0.0", vars: variables{"SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "crate, kirkstone", raw: "crate://crates.io/serde/1.0.0", release: Release{2, 0}, vars: variables{"SRC_URI[serde-1.0.0.sha256sum]": sha, "SRC_URI[serde.sha256sum]": sha, "SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "crate with a name", raw: "crate://crates.io/serde/1.0.0;name=s", vars: variables{"SRC_URI[s.sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "s.sha256sum"}},
	{name: "crate of nothing", raw: "crate://serde", want: NotProven, refused: true},
	{name: "module", raw: "gomod://golang.org/x/net;version=v0.9.0;name=ignored", vars: variables{"SRC_URI[golang.org/x/net@v0.9.0.sha256sum]": sha}, want: Checksum, best: Sum{"sha256", sha, "golang.org/x/net@v0.9.0.sha256sum"}},
	{name: "module, h1", raw: "gomod://golang.org/x/net;version=v0.9.0;goh1sum=x", want: Checksum, best: Sum{"goh1", "x", ""}},
	{name: "module without version", raw: "gomod://golang.org/x/net", want: NotProven, refused: true},
	{name: "npm", raw: "npm://registry.example.org;package=a;version=1.0.0", release: Release{2, 8}, vars: variables{"SRC_URI[sha256sum]": sha}, want: Missing},
	{name: "npm, refused", raw: "npm://registry.example.org;package=a;version=1.0.0", want: Missing, refused: true},
	{name: "shrinkwrap", raw: "npmsw://a.json", release: Release{2, 8}, want: NotProven},

	{name: "commit", raw: "git://h/x;branch=main", vars: variables{"SRCREV": commit}, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "commit by name", raw: "git://h/x;branch=main;name=a", vars: variables{"SRCREV": "main", "SRCREV_a": commit}, want: Pinned, revision: map[string]string{"a": commit}},
	{name: "commit by default", raw: "git://h/x;branch=main", vars: variables{"SRCREV": "main", "SRCREV_default": commit}, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "commit by recipe", raw: "git://h/x;branch=main", vars: variables{"PN": "p", "SRCREV": commit, "SRCREV:pn-p": "v1"}, want: Floating, revision: map[string]string{"default": "v1"}},
	{name: "INVALID is passed by", raw: "git://h/x;branch=main;name=a", vars: variables{"SRCREV": commit, "SRCREV_a": "INVALID"}, want: Pinned, revision: map[string]string{"a": commit}},
	{name: "rev=", raw: "git://h/x;nobranch=1;rev=" + commit, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "conflict", raw: "git://h/x;nobranch=1;rev=" + commit, vars: variables{"SRCREV": "main"}, want: NotProven, refused: true, revision: map[string]string{"default": "main"}},
	{name: "bare rev", raw: "git://h/x;nobranch=1;rev", want: Floating, revision: map[string]string{"default": ""}},
	{name: "tag=", raw: "git://h/x;nobranch=1;tag=v1", want: Floating, revision: map[string]string{"default": "v1"}},
	{name: "tag= with a commit", raw: "git://h/x;nobranch=1;tag=v1", vars: variables{"SRCREV": commit}, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "tag= with a commit, old", raw: "git://h/x;nobranch=1;tag=v1", release: Release{2, 8}, vars: variables{"SRCREV": commit}, want: NotProven, refused: true, revision: map[string]string{"default": commit}},
	{name: "tag in SRCREV", raw: "git://h/x;branch=main", vars: variables{"SRCREV": "v1.0"}, want: Floating, revision: map[string]string{"default": "v1.0"}},
	{name: "upper case", raw: "git://h/x;branch=main", vars: variables{"SRCREV": "0123456789ABCDEF0123456789ABCDEF01234567"}, want: Floating, revision: map[string]string{"default": "0123456789ABCDEF0123456789ABCDEF01234567"}},
	{name: "short", raw: "git://h/x;branch=main", vars: variables{"SRCREV": commit[:39]}, want: Floating, revision: map[string]string{"default": commit[:39]}},
	{name: "long", raw: "git://h/x;branch=main", vars: variables{"SRCREV": sha}, want: Floating, revision: map[string]string{"default": sha}},
	{name: "AUTOREV", raw: "git://h/x;branch=main", vars: variables{"SRCREV": "AUTOINC"}, want: Floating, revision: map[string]string{"default": "AUTOINC"}},
	{name: "AUTOREV, not evaluated", raw: "git://h/x;branch=main", vars: variables{"SRCREV": "?${@bb.fetch2.get_autorev(d)}"}, want: Floating, revision: map[string]string{"default": "AUTOINC"}},
	{name: "uncertain", raw: "git://h/x;branch=main", vars: variables{"SRCREV": "?" + commit}, want: NotProven, revision: map[string]string{"default": commit}},
	{name: "uncertain before certain", raw: "git://h/x;branch=main;name=a", vars: variables{"SRCREV": commit, "SRCREV_a": "?"}, want: NotProven, revision: map[string]string{"a": commit}},
	{name: "none", raw: "git://h/x;branch=main", want: NotProven, refused: true, revision: map[string]string{"default": ""}},
	{name: "names, old", raw: "git://h/x;name=a,b;branch=m,m", release: Release{2, 0}, vars: variables{"SRCREV_a": commit, "SRCREV_b": "v1"}, want: Floating, revision: map[string]string{"a": commit, "b": "v1"}},
	{name: "submodules", raw: "gitsm://h/x;branch=main", vars: variables{"SRCREV": commit}, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "annex", raw: "gitannex://h/x;branch=main", vars: variables{"SRCREV": commit}, want: NoHash},
	{name: "no branch", raw: "git://h/x", vars: variables{"SRCREV": commit}, want: NotProven, refused: true},
	{name: "no branch, old", raw: "git://h/x", release: Release{2, 10}, vars: variables{"SRCREV": commit}, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "more names than branches, old", raw: "git://h/x;name=a,b;branch=m", release: Release{2, 0}, vars: variables{"SRCREV": commit}, want: NotProven, refused: true},
	{name: "head of a server", raw: "git://h/x;usehead=1", vars: variables{"SRCREV": commit}, want: NotProven, refused: true},
	{name: "head of a local one", raw: "git:///x;usehead=1;protocol=file", vars: variables{"SRCREV": commit}, want: Pinned, revision: map[string]string{"default": commit}},
	{name: "rev= and tag=, old", raw: "git://h/x;branch=m;rev=" + commit + ";tag=" + commit, release: Release{2, 8}, want: NotProven, refused: true},
	{name: "odd protocol under its old name", raw: "git://h/x;branch=m;proto=ext", vars: variables{"SRCREV": commit}, want: NotProven, refused: true},
	{name: "odd protocol", raw: "git://h/x;protocol=ext", vars: variables{"SRCREV": commit}, want: NotProven, refused: true},
	{name: "module from git", raw: "gomodgit://h/x;version=v1;srcrev=" + commit, want: Pinned, revision: map[string]string{"h/x@v1": commit}},
	{name: "module from the head of a server", raw: "gomodgit://h/x;version=v1;usehead=1;srcrev=" + commit, want: NotProven, refused: true},
	{name: "module from git, two revisions", raw: "gomodgit://h/x;version=v1;rev=main;srcrev=" + commit, want: NotProven, refused: true},
	{name: "module from git, empty branch", raw: "gomodgit://h/x;version=v1;branch=;srcrev=" + commit, want: NotProven, refused: true},
	{name: "module from git, unpacked otherwise", raw: "gomodgit://h/x;version=v1;srcrev=main", vars: variables{"SRCREV_h/x@v1": commit}, want: Floating, revision: map[string]string{"h/x@v1": commit}},
	{name: "svn", raw: "svn://h/x;module=m;rev=12;sha256sum=" + sha, want: NoHash},
	{name: "svn with two revisions", raw: "svn://h/x;module=m;rev=12", vars: variables{"SRCREV": "13"}, want: NotProven, refused: true},
	{name: "svn without a revision", raw: "svn://h/x;module=m", want: NotProven, refused: true},
	{name: "hg without a module", raw: "hg://h/x;rev=12", want: NotProven, refused: true},
	{name: "hg", raw: "hg://h/x;module=m;rev=" + commit, want: NoHash},
}

func TestJudge(t *testing.T) {
	for _, test := range judgeTests {
		r := test.release
		if r == (Release{}) {
			r = Newest
		}
		j := Judge(test.raw, test.vars, r)
		if j.Verdict != test.want || j.Best() != test.best && test.want != NotProven || (j.Refused != "") != test.refused {
			t.Errorf("%s: got %s %v, refused %q; want %s %v", test.name, j.Verdict, j.Best(), j.Refused, test.want, test.best)
		}
		if test.revision != nil && !maps.Equal(j.Revisions, test.revision) {
			t.Errorf("%s: revisions %s", test.name, cmp.Diff(test.revision, j.Revisions))
		}
		if j.Verdict == NotProven && j.Refused == "" && j.Note == "" && len(j.Reasons) == 0 {
			t.Errorf("%s: not proven, and nobody says why", test.name)
		}
	}
}

// TestTaint holds that nothing is called verified once a value that it was
// read from is uncertain.
func TestTaint(t *testing.T) {
	for _, test := range judgeTests {
		for name, text := range test.vars {
			tainted := maps.Clone(test.vars)
			tainted[name] = "?" + text
			j := Judge(test.raw, tainted, Newest)
			clean := Judge(test.raw, test.vars, Newest)
			if name != "PN" && j.Verdict.Verified() && cmp.Equal(clean.Deciding, j.Deciding) && slices.Contains(j.Deciding, name) {
				t.Errorf("%s: %s although %s is uncertain", test.name, j.Verdict, name)
			}
		}
		vars := maps.Clone(test.vars)
		if vars == nil {
			vars = variables{}
		}
		vars["SRC_URI"] = "?" + test.raw + " file://a"
		all := All(vars, Newest)
		rest := len(all) > 2 && test.want == Local && all[2].Verdict == NotProven // for what else there may be
		if len(all) != 2 && !rest || all[0].Verdict != NotProven && test.want != Local || all[1].Verdict != Local {
			t.Errorf("%s: an uncertain SRC_URI gives %v", test.name, all)
		}
	}
}

func TestAllKeepsExpressionsWhole(t *testing.T) {
	all := All(variables{"SRC_URI": "?${@f('a b', d)};x=1"}, Newest)
	if len(all) != 1 || all[0].Verdict != NotProven || len(all[0].Reasons) != 1 {
		t.Errorf("got %+v", all)
	}
}

func TestReleaseOf(t *testing.T) {
	for names, want := range map[string]Release{"wrynose blacksail": {2, 18}, "kirkstone": {2, 0}, "hardknott": {1, 50}, "jethro": {1, 46}, "zeus dunfell": {1, 46}, "scarthgap kirkstone": {2, 0}} {
		if got, ok := ReleaseOf(names); !ok || got != want {
			t.Errorf("%s: got %s", names, got)
		}
	}
	if _, ok := ReleaseOf("tomorrow"); ok {
		t.Error("a release that nobody knows")
	}
	if got, err := ParseRelease("2.8.1"); err != nil || got != (Release{2, 8}) {
		t.Errorf("got %s, %v", got, err)
	}
	for _, bad := range []string{"", "2", "x.y", "2.-1", "999.1"} {
		if _, err := ParseRelease(bad); err == nil {
			t.Errorf("%q is taken for a release", bad)
		}
	}
}

// TestAllUnknown: sources of which nothing is known are not passed over.
func TestAllUnknown(t *testing.T) {
	j := All(variables{"SRC_URI": "?"}, Newest)
	if len(j) != 1 || j[0].Verdict != NotProven || len(j[0].Reasons) == 0 {
		t.Errorf("an unknown SRC_URI gives %+v", j)
	}
	if j := All(variables{"SRC_URI": "?file://a.patch"}, Newest); len(j) != 2 || j[0].Verdict != Local || j[1].Verdict != NotProven {
		t.Errorf("an unknown SRC_URI with a local file gives %+v", j)
	}
	for _, v := range []variables{{"SRC_URI": ""}, {"SRC_URI": "?", "": "?"}} {
		if j := All(v, Newest); len(j) != 0 {
			t.Errorf("%v gives %+v", v, j)
		}
	}
}
