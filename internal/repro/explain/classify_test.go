package explain

import (
	"strings"
	"testing"
	"time"
)

// texts that differ, and what made them differ. Each cause has a negative that
// looks much like it: there an empty cause is right.
var pairs = []struct {
	name        string
	left, right string
	want        Cause
}{
	{"__DATE__ __TIME__", "built Nov 22 2026 19:35:00", "built Nov 23 2026 08:12:41", Timestamp},
	{"__DATE__ alone", "Nov  2 2026", "Nov 22 2026", Timestamp},
	{"__TIME__ alone", "at 19:35:00 by cc", "at 19:36:12 by cc", Timestamp},
	{"ctime", "Sun Nov 22 19:35:00 2026", "Mon Dec 27 19:35:07 2027", Timestamp},
	{"date", "#1 SMP Sun Nov 22 19:35:00 UTC 2026", "#1 SMP Mon Dec 27 00:35:07 UTC 2027", Timestamp},
	{"RFC 3339", "created: 2026-11-22T19:35:00Z", "created: 2027-12-28T00:35:07Z", Timestamp},
	{"RFC 5322", "Date: Sun, 22 Nov 2026 19:35:00 +0000", "Date: Tue, 28 Dec 2027 00:35:07 +0000", Timestamp},
	{"gettext", `"POT-Creation-Date: 2026-11-22 19:35+0000\n"`, `"POT-Creation-Date: 2027-12-28 00:35+0000\n"`, Timestamp},
	{"day of a man page", `.TH X 1 "November 2026" "2026-11-22"`, `.TH X 1 "November 2026" "2026-12-28"`, Timestamp},
	{"seconds since 1970", "build_time=1795375000", "build_time=1795375042", Timestamp},
	{"compact date with a word", "built 20261122", "built 20271228", Timestamp},
	{"sizes are no times", "size 1795375000", "size 1795375042", ""},
	{"numbers far apart", "build id 1234567890", "build id 1987654321", ""},
	{"version like a date", "libabsl.so.20230125", "libabsl.so.20240116", ""},
	{"not a date", "build 20261322", "build 20261455", ""},
	{"hardware addresses", "hwaddr 00:16:3e:12:34:56", "hwaddr 00:16:3e:21:43:50", ""},
	{"versions", "busybox 1.36.1", "busybox 1.37.0", ""},
	{"a year", "Copyright 2026", "Copyright 2027", ""},

	{"one instant, two zones", "2026-11-22T19:35:00+00:00", "2026-11-22T14:35:00-05:00", Timezone},
	{"whole hours apart", "Nov 22 2026 19:35:00", "Nov 22 2026 14:35:00", Timezone},
	{"half an hour more", "Sun Nov 22 19:35:00 2026", "Mon Nov 23 01:05:00 2026", Timezone},
	{"whole hours and a second", "Nov 22 2026 19:35:00", "Nov 22 2026 14:35:01", Timestamp},
	{"years apart", "Nov 22 2026 19:35:00", "Nov 22 2028 19:35:00", Timestamp},

	{"source path", "/build/a/main.c", "/check/build/a/main.c", BuildPath},
	{"prefix", "prefix=/home/u/src/x-1.0/debian", "prefix=/builds/ci/x-1.0/debian", BuildPath},
	{"DESTDIR leaked", "conf: /etc/x.conf", "conf: /build/out/etc/x.conf", BuildPath},
	{"option", "-I/build/a/include -O2", "-I/tmp/w/a/include -O2", BuildPath},
	{"tool found elsewhere", "#!/usr/bin/python3", "#!/bin/python3", ""},
	{"tool in a home", "PYTHON: /usr/bin/python3", "PYTHON: /home/u/bin/python3", ""},
	{"two files", "/build/a/x.c", "/build/a/y.c", ""},
	{"system directories", "/usr/lib/x", "/usr/lib64/x", ""},
	{"addresses", "http://build.example/a/x", "http://mirror.example/a/x", ""},

	{"uuid 4", "root=UUID=0a7e3ad3-1f0c-4c36-9a7b-2d7ff1d7d1f0", "root=UUID=5f3b3ad3-7f0c-4d36-8a7b-9d7ff1d7d1f0", UUID},
	{"uuid of a clock, as EFI has constants", "8be4df61-93ca-11d2-aa0d-00e098032b8c", "eb9d2d30-2d88-11d3-9a16-0090273fc14d", ""},
	{"uuid of a name", "6ba7b810-9dad-51d1-80b4-00c04fd430c8", "6ba7b811-9dad-51d1-80b4-00c04fd430c8", ""},
	{"partition types", "0fc63daf-8483-4772-8e79-3d69d8477de4", "4f68bce3-e8cd-4db1-96e7-fbcaf984b709", ""},

	{"gcc's temporary", "/tmp/ccAbCdEf.o", "/tmp/cc9sXk2d.o", Random},
	{"mktemp", "in tmp.k3FhZ0aQ1x/x.c", "in tmp.Wm9bT4LdY2/x.c", Random},
	{"python's temporary", "/tmp/tmp8x_k2ab1/x", "/tmp/tmp3f0zq91d/x", Random},
	{"words that begin with cc", "ccshared.o", "ccstatic.o", ""},
	{"numbered files", "/tmp/config1.o", "/tmp/config2.o", ""},
	{"LTO section", ".gnu.lto_main.0.9aef12cd34ab", ".gnu.lto_main.0.17bb22e09a41", Random},
	{"anonymous namespace", "_GLOBAL__sub_I_00100_0_x.cc_8E1F03AA_0x11d2c0fe", "_GLOBAL__sub_I_00100_0_x.cc_8E1F03AA_0x99eea001", Random},

	{"id", "uid=1000(builder) gid=1000(builder)", "uid=1001(other) gid=1001(other)", User},
	{"home", "HOME=/home/a", "HOME=/root", User},
	{"user of Linux", `#define LINUX_COMPILE_BY "root"`, `#define LINUX_COMPILE_BY "builder"`, User},
	{"files of a home", "read /home/u/.config/x", "read /root/.config/x", User},
	{"disks", "/mnt/disk1/image", "/mnt/disk2/image", ""},
	{"a target, not a host", "HOST=x86_64-linux-gnu", "HOST=aarch64-linux-gnu", ""},
	{"user in a configuration", "user = www", "user = nginx", ""},
	{"host of Linux", `#define LINUX_COMPILE_HOST "a"`, `#define LINUX_COMPILE_HOST "b"`, Hostname},
	{"banner", "Linux version 6.1.5 (u@host-a) (gcc 12.2.0)", "Linux version 6.1.5 (u@host-b) (gcc 12.2.0)", Hostname},
	{"mail", "Joe <joe@example.com>", "Joe <joe@example.org>", ""},
	{"environment", "TERM=xterm", "TERM=dumb", Environment},
	{"some other variable", "VERSION=1", "VERSION=2", ""},

	{"uname -srm", "on Linux 6.1.0-18-amd64 x86_64", "on Linux 6.5.0-1-cloud-amd64 x86_64", Uname},
	{"banner of another version", "Linux version 6.1.5-1 (u@h) (gcc)", "Linux version 6.1.6-1 (u@h) (gcc)", ""},
	{"prose", "needs Linux 5.10", "needs Linux 5.11", ""},
	{"version of a package", "1.2.3-4-amd64", "1.2.4-1-amd64", ""},

	{"decimal comma", "took 1.50 s", "took 1,50 s", Locale},
	{"another number", "took 1.50 s", "took 1.60 s", ""},
	{"quotes", "error: ‘x’ undeclared", "error: 'x' undeclared", Locale},
	{"quotes and more", "error: ‘x’ undeclared", "error: 'y' undeclared", ""},
	{"month in German", "Sun Nov 22 2026", "So 22. Nov 2026", Locale},
	{"month in French", "22 Feb 2026", "22 févr. 2026", Locale},

	{"words reordered", "objs: a.o b.o c.o d.o", "objs: c.o a.o d.o b.o", Ordering},
	{"keys reordered", "{'a': 1, 'b': 2, 'c': 3}", "{'c': 3, 'a': 1, 'b': 2}", ""},
	{"expression", "x = a - b", "x = b - a", ""},
	{"jobs", "MAKEFLAGS=-j4", "MAKEFLAGS=-j6", Parallelism},
	{"jobs of a command", "make -j4 all", "make -j6 all", Parallelism},
	{"another option", "xz -4", "xz -6", ""},
	{"checksums", "sha256:" + sumA, "sha256:" + sumB, ""},
	{"two causes", "/build/a/x.c Nov 22 2026", "/check/build/a/x.c Nov 23 2026", ""},
}

const (
	sumA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	sumB = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
)

func TestClassifyTexts(t *testing.T) {
	for _, p := range pairs {
		for range 2 {
			if got := Classify(Difference{Kind: Text, Left: p.left, Right: p.right}); got != p.want {
				t.Errorf("%s: %q against %q: %q, want %q", p.name, p.left, p.right, got, p.want)
			}
			p.left, p.right = p.right, p.left // and the other way round
		}
	}
}

func TestEveryCauseHasAnExample(t *testing.T) {
	doc := string(readFile(t, "../../../docs/explain.md"))
	for _, c := range causes {
		seen := false
		for _, p := range pairs {
			seen = seen || p.want == c
		}
		for _, m := range metadata {
			seen = seen || m.want == c
		}
		for _, own := range []Cause{BuildID, SigningKey, ProfileData} { // in contents_test.go and elf_test.go
			seen = seen || own == c
		}
		if !seen {
			t.Errorf("no example has the cause %s", c)
		}
		if !strings.Contains(doc, "| `"+string(c)+"` |") {
			t.Errorf("docs/explain.md does not tell %s", c)
		}
		if Remedy(c, Difference{}) == "" {
			t.Errorf("%s has no remedy", c)
		}
	}
}

var causes = []Cause{Timestamp, BuildPath, User, Permissions, Ordering, Locale, Timezone, Uname, Hostname, BuildID, UUID, Random,
	SigningKey, Parallelism, ProfileData, Inode, Compression, Environment}

// TestRemedies: the innermost element of the path decides, then the outer ones,
// then the cause alone; every row can be reached.
func TestRemedies(t *testing.T) {
	for _, c := range []struct {
		cause Cause
		path  []string
		want  string
	}{
		{Timestamp, []string{"rootfs.tar", "usr/share/x.gz"}, "gzip -n"},
		{Timestamp, []string{"rootfs.tar.gz", "etc/motd"}, "--mtime=@$SOURCE_DATE_EPOCH"},
		{Timestamp, []string{"usr/lib/libx.a"}, "ar D"},
		{Timestamp, []string{"initrd.cpio.gz", "bin/x"}, "cpio --reproducible"},
		{Timestamp, []string{"boot/vmlinuz-6.1", ".rodata"}, "KBUILD_BUILD_TIMESTAMP"},
		{Timestamp, []string{"usr/lib/python3/x.pyc"}, "unchecked-hash"},
		{Timestamp, []string{"rootfs.ext4"}, "1.47.1"},
		{Timestamp, []string{"etc/motd"}, "SOURCE_DATE_EPOCH"},
		{BuildPath, []string{"bin/x", ".debug_info", "DW_AT_comp_dir"}, "-ffile-prefix-map"},
		{BuildPath, []string{"bin/x", ".rodata"}, "-ffile-prefix-map"},
		{UUID, []string{"rootfs.ext4"}, "hash_seed"},
		{UUID, []string{"rootfs.erofs"}, "mkfs.erofs -U"},
		{Random, []string{"x.o", ".gnu.lto_main.1.abcdef"}, "-frandom-seed"},
		{SigningKey, []string{"x.ko", "module signature"}, "MODULE_SIG_KEY"},
		{Ordering, []string{"x.zip"}, "LC_ALL=C sort | zip"},
		{Compression, []string{"x.deb"}, "--threads-max=1"},
		{Hostname, []string{"boot/xen.gz", "xen"}, "KBUILD_BUILD_HOST"},
		{"", []string{"x.zip"}, ""},
	} {
		if got := Remedy(c.cause, Difference{Path: c.path}); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s %v: %q", c.cause, c.path, got)
		}
	}
	seen := map[Cause]bool{}
	for _, r := range remedies {
		if seen[r.cause] {
			t.Errorf("a remedy of %s cannot be reached: %s", r.cause, r.text)
		}
		seen[r.cause] = r.path == nil
		if !strings.HasSuffix(r.text, ".") {
			t.Errorf("not a sentence: %s", r.text)
		}
	}
}

var metadata = []struct {
	d    Difference
	want Cause
}{
	{Difference{Kind: ModTime, Left: "2026-11-22T19:35:00Z", Right: "2026-11-22T19:35:09Z"}, Timestamp},
	{Difference{Kind: ModTime, Left: "2026-11-22T19:35:00Z", Right: "2026-11-22T21:35:00Z"}, Timezone},
	{Difference{Kind: ModTime, Left: "0", Right: "1"}, Timestamp},
	{Difference{Kind: Owner, Left: "0:0", Right: "1000:1000"}, User},
	{Difference{Kind: Mode, Left: "0644", Right: "0640"}, Permissions},
	{Difference{Kind: Order}, Ordering},
	{Difference{Kind: OnlyLeft, Left: "x"}, ""},
	{Difference{Kind: LinkTarget, Left: "/build/x/y", Right: "/check/build/x/y"}, BuildPath},
	{Difference{Kind: LinkTarget, Left: "busybox", Right: "toybox"}, ""},
	{Difference{Kind: Layout, Path: []string{"rootfs.squashfs"}}, Compression},
	{Difference{Kind: Layout, Path: []string{"rootfs.tar"}}, ""},
	{Difference{Kind: Xattr, Detail: "security.ima differs"}, SigningKey},
	{Difference{Kind: Xattr, Detail: "user.note differs"}, ""},
	{Difference{Kind: Field, Detail: "uuid", Left: "a", Right: "b"}, UUID},
	{Difference{Kind: Field, Detail: "hash seed: another value"}, Random},
	{Difference{Kind: Field, Detail: "s_hash_seed"}, Random},
	{Difference{Kind: Field, Detail: "ino"}, Inode},
	{Difference{Kind: Field, Path: []string{"a", "atime"}}, Timestamp},
	{Difference{Kind: Field, Detail: "TimeDateStamp"}, Timestamp},
	{Difference{Kind: Field, Detail: "crtime"}, Timestamp},
	{Difference{Kind: Field, Detail: "lifetime writes"}, ""},
	{Difference{Kind: Field, Detail: "uname"}, User}, // a tar's, not the kernel's
	{Difference{Kind: Field, Detail: "size"}, ""},
	{Difference{Kind: Field, Detail: "xfl"}, Compression},
	{Difference{Kind: Field, Detail: "pax mtime"}, Timestamp},
	{Difference{Kind: Field, Detail: "inode size"}, ""},
	{Difference{Kind: Field, Detail: "creator os"}, ""},
	{Difference{Kind: Field, Detail: "signature"}, ""},
	{Difference{Kind: Field, Detail: "volume id", Left: "1a2b-3c4d", Right: "5e6f-7a8b"}, UUID},
	{Difference{Kind: Field, Detail: "volume id", Left: "DOM0", Right: "DOM1"}, ""},
	{Difference{Kind: Field, Detail: "creation", Left: "2026-11-22 19:35:00", Right: "2026-11-22 21:35:00"}, Timezone},
	{Difference{Kind: Field, Detail: "application id", Left: "xorriso 1.5.4 /build/a/x", Right: "xorriso 1.5.4 /check/build/a/x"}, BuildPath},
	{Difference{Kind: Bytes, Cause: UUID, Left: "/build/a/b", Right: "/tmp/a/b"}, UUID}, // what was known before
}

func TestClassifyMetadata(t *testing.T) {
	for _, m := range metadata {
		if got := Classify(m.d); got != m.want {
			t.Errorf("%+v: %q, want %q", m.d, got, m.want)
		}
	}
}

// TestHints: what the builds' environments differed in explains what nothing
// else could, and wins over what a rule would say.
func TestHints(t *testing.T) {
	at := func(s string) time.Time { v, err := time.Parse(time.RFC3339, s); must(t, err); return v }
	h := Hints{
		Values: []Value{
			{BuildPath, "/build", "/check/build"}, {Hostname, "dombuild", "second-builder"}, {User, "1000", "1001"},
			{Parallelism, "4", "7"}, {Timezone, "UTC", "DMB-13:37"}, {Locale, "C", "C.UTF-8"}, {Permissions, "022", "027"}, {User, "", "x"},
		},
		Clock: [2]Period{{at("2026-11-22T19:00:00Z"), at("2026-11-22T20:00:00Z")}, {at("2027-12-27T19:00:00Z"), at("2027-12-28T02:00:00Z")}},
	}
	for _, p := range []struct {
		left, right string
		want        Cause
	}{
		{"see /build/bin/x", "see /check/build/bin/x", BuildPath},
		{"see /build", "see /check/build", BuildPath},
		{"see /builder", "see /check/builder", BuildPath}, // by the rule of paths, not by the hint
		{"built on dombuild", "built on second-builder", Hostname},
		{"built on mydombuild2", "built on mysecond-builder2", ""},
		{"owner 1000", "owner 1001", User},
		{"1000 files", "1001 files", ""},
		{"with 4 threads", "with 7 threads", Parallelism},
		{"chapter 4", "chapter 7", ""},
		{"umask 022", "umask 027", Permissions},
		{"charset of C", "charset of C.UTF-8", Locale},
		{"1795375000", "1829958000", Timestamp},
		{"1795375000", "1895375000", ""},
		{"20261122", "20271228", Timestamp},
		{"Nov 22 2026 19:35:00", "Nov 23 2026 09:12:00", Timezone}, // 13:37 later
		{"Nov 22 2026 19:35:00", "Nov 22 2027 19:35:00", Timestamp},
	} {
		if got := h.Classify(Difference{Kind: Text, Left: p.left, Right: p.right}); got != p.want {
			t.Errorf("%q against %q: %q, want %q", p.left, p.right, got, p.want)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
