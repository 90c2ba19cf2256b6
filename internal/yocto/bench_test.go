package yocto

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkAudit audits generated layers of 250, 500 and 1,000 recipes, with
// the collector as the verb sets it: cpu-µs/recipe is the same for all when
// the time is linear. YOCTO_BENCH names real layers, or a build directory, to
// audit instead.
func BenchmarkAudit(b *testing.B) {
	defer TuneHeap()()
	if real := os.Getenv("YOCTO_BENCH"); real != "" {
		b.Run("real", func(b *testing.B) { benchmarkAudit(b, strings.Fields(real)) })
		return
	}
	for _, n := range []int{250, 500, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkAudit(b, []string{generatedLayer(b, n)}) })
	}
}

func benchmarkAudit(b *testing.B, paths []string) {
	b.ReportAllocs()
	recipes, before := 0, processorTime(b)
	for b.Loop() {
		r, err := Audit(b.Context(), Input{Paths: paths})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Errors) > 0 {
			b.Fatal(r.Errors[0])
		}
		recipes += len(r.Recipes)
	}
	used := processorTime(b) - before
	b.ReportMetric(used.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(used.Microseconds())/float64(recipes), "cpu-µs/recipe")
}

// processorTime is what the process used of all processors.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// generatedLayer writes a layer of n recipes that is about as much work for
// each as openembedded-core: a configuration of 2,000 variables, twelve
// classes with forty tasks, flags and anonymous python that every recipe
// inherits, a native and a nativesdk variant, patches and checksums.
func generatedLayer(b *testing.B, n int) string {
	b.Helper()
	root := filepath.Join(b.TempDir(), "meta")
	put := func(name, text string) {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	put("conf/layer.conf", strings.ReplaceAll(ownLayer, "NAME", "generated")+"LAYERSERIES_CORENAMES = \"wrynose\"\n")
	put("conf/bitbake.conf", generatedConf())
	var base strings.Builder
	for i := range 12 {
		put(fmt.Sprintf("classes-global/part%d.bbclass", i), generatedClass(i))
		fmt.Fprintf(&base, "inherit part%d\n", i)
	}
	put("classes-global/base.bbclass", base.String())
	put("classes-recipe/native.bbclass", "CLASSOVERRIDE = \"class-native\"\nPACKAGES = \"\"\n")
	put("classes-recipe/nativesdk.bbclass", "CLASSOVERRIDE = \"class-nativesdk\"\n")
	for i := range n {
		dir := fmt.Sprintf("recipes-x/r%d", i)
		put(fmt.Sprintf("%s/r%d.inc", dir, i), generatedInclude)
		put(fmt.Sprintf("%s/r%d_1.%d.bb", dir, i, i), fmt.Sprintf(generatedRecipe, i, i))
		put(dir+"/files/fix.patch", "Upstream-Status: Pending\n--- a\n+++ b\n")
	}
	return root
}

// generatedConf is a bitbake.conf.
func generatedConf() string {
	var s strings.Builder
	s.WriteString(`PN = "${@bb.parse.vars_from_file(d.getVar('FILE', False), d)[0] or 'defaultpkgname'}"
PV = "${@bb.parse.vars_from_file(d.getVar('FILE', False), d)[1] or '1.0'}"
BP = "${PN}-${PV}"
CLASSOVERRIDE ?= "class-target"
OVERRIDES = "linux:x86-64:pn-${PN}:${MACHINE}:${DISTRO}:${CLASSOVERRIDE}:forcevariable"
FILESPATH = "${@':'.join(os.path.dirname(d.getVar('FILE')) + '/' + x for x in ('files', d.getVar('PN')))}"
PACKAGES = "${PN}-dbg ${PN}-dev ${PN}-doc ${PN}"
DISTRO_FEATURES ?= "acl ipv6 pam systemd usrmerge"
BB_STRICT_CHECKSUM = "1"
`)
	for i := range 1900 {
		fmt.Fprintf(&s, "VAR%d = \"${VAR%d}/%d\"\n", i, min(i-i%20+20, 1900), i)
	}
	s.WriteString("VAR1900 = \"/usr\"\n")
	for i := range 100 {
		fmt.Fprintf(&s, "FILES:${PN}-%d = \"${VAR%d}\"\n", i, i)
	}
	return s.String()
}

// generatedClass is one of the classes that every recipe inherits.
func generatedClass(i int) string {
	var s strings.Builder
	for t := range 4 {
		fmt.Fprintf(&s, "addtask do_task%d_%d after do_fetch before do_build\ndo_task%d_%d[depends] = \"${@bb.utils.contains('DISTRO_FEATURES', 'pam', 'a:do_b', '', d)}\"\n", i, t, i, t)
		fmt.Fprintf(&s, "do_task%d_%d[dirs] = \"${VAR%d}\"\ndo_task%d_%d () {\n%s}\n", i, t, 20*i, i, t, strings.Repeat("\tinstall -d ${D}${VAR1}\n\tmake ${VAR2} -C src\n", 10))
	}
	fmt.Fprintf(&s, `python () {
    pn = d.getVar('PN')
    d.appendVar('DEPENDS', ' part%d-native')
    for task in ('do_task%d_0', 'do_task%d_1', 'do_task%d_2'):
        d.appendVarFlag(task, 'depends', ' %%s:do_populate_sysroot' %% pn)
        d.prependVarFlag(task, 'prefuncs', 'extend ')
    for pkg in (d.getVar('PACKAGES') or '').split():
        if d.getVar('FILES:' + pkg) and not pkg.startswith('x'):
            d.setVar('RDEPENDS:' + pkg, d.expand('${VAR%d}'))
    flags = d.getVarFlags('PACKAGECONFIG') or {}
    for flag, value in sorted(flags.items()):
        items = value.split(',')
        if len(items) > 2 and flag in (d.getVar('PACKAGECONFIG') or '').split():
            d.appendVar('DEPENDS', ' ' + items[2])
}
`, i, i, i, i, i)
	return s.String()
}

const generatedInclude = `SUMMARY = "A generated recipe"
LICENSE = "MIT"
SRC_URI = "https://example.org/${BP}.tar.xz;name=main file://fix.patch"
SRC_URI:append:class-native = " file://fix.patch;name=native"
EXTRA_OECONF = "--prefix=${VAR3} ${@bb.utils.contains('DISTRO_FEATURES', 'acl', '--enable-acl', '--disable-acl', d)}"
PACKAGECONFIG ??= "a ${@bb.utils.filter('DISTRO_FEATURES', 'pam systemd', d)}"
PACKAGECONFIG[a] = "--enable-a,--disable-a,liba"
PACKAGECONFIG[pam] = "--enable-pam,--disable-pam,libpam"
PACKAGECONFIG[x] = "--enable-x,--disable-x,libx"
do_install:append () {
	install -d ${D}${VAR4}
}
`

const generatedRecipe = `require r%d.inc
SRC_URI[main.sha256sum] = "%064x"
SRC_URI += "git://example.org/${PN}.git;protocol=https;branch=main;name=data"
SRCREV_data = "0123456789abcdef0123456789abcdef01234567"
BBCLASSEXTEND = "native nativesdk"
`
