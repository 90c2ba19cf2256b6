package bitbake

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// synthetic writes a layer of n recipes of which each inherits two classes,
// requires a file, has flags, overrides, inline python, anonymous python and a
// native variant.
func synthetic(b *testing.B, n int) string {
	b.Helper()
	root := b.TempDir() + "/layer"
	write := func(name, text string) {
		path := root + "/" + name
		if err := os.MkdirAll(path[:strings.LastIndexByte(path, '/')], 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	write("conf/layer.conf", "BBPATH .= \":${LAYERDIR}\"\nBBFILES += \"${LAYERDIR}/recipes/*/*.bb\"\nBBFILE_COLLECTIONS += \"s\"\nBBFILE_PATTERN_s = \"^${LAYERDIR}/\"\nLAYERSERIES_CORENAMES = \"scarthgap\"\n")
	var conf strings.Builder
	conf.WriteString("PN = \"${@bb.parse.vars_from_file(d.getVar('FILE', False), d)[0]}\"\nPV = \"${@bb.parse.vars_from_file(d.getVar('FILE', False), d)[1]}\"\nOVERRIDES = \"linux:${PN}:${CLASSOVERRIDE}\"\nCLASSOVERRIDE ?= \"class-target\"\n")
	for i := range 1000 {
		fmt.Fprintf(&conf, "VAR%d = \"${VAR%d} value\"\nFILES:${PN}-%d = \"x\"\n", i, i+1, i%60)
	}
	write("conf/bitbake.conf", conf.String())
	write("classes-global/base.bbclass", "python () {\n    flags = d.getVarFlags('PACKAGECONFIG') or {}\n    for flag, value in sorted(flags.items()):\n        parts = value.split(',')\n        if flag in (d.getVar('PACKAGECONFIG') or '').split():\n            d.appendVar('DEPENDS', ' ' + parts[0])\n}\n")
	write("classes-recipe/native.bbclass", "CLASSOVERRIDE = \"class-native\"\n")
	write("classes-recipe/tool.bbclass", "do_compile() {\n\tmake\n}\nCC:class-native = \"cc\"\n")
	for i := range n {
		write(fmt.Sprintf("recipes/g%d/r%d_1.%d.bb", i/20, i, i), "inherit tool\nrequire common.inc\nSRC_URI += \"https://example.org/${PN}-${@d.getVar('PV').replace('.', '_')}.tar.xz\"\nSRC_URI:append:class-native = \" file://n.patch\"\nSRC_URI[sha256sum] = \"00\"\nPACKAGECONFIG = \"a b\"\nPACKAGECONFIG[a] = \"x,y\"\nPACKAGECONFIG[c] = \"z\"\nBBCLASSEXTEND = \"native\"\n")
	}
	for i := 0; i <= (n-1)/20; i++ {
		write(fmt.Sprintf("recipes/g%d/common.inc", i), "LICENSE = \"MIT\"\nSRC_URI = \"file://common.patch\"\n")
	}
	return root
}

// BenchmarkRecipes evaluates synthetic layers of two sizes: the time grows
// linearly. BITBAKE_BENCH names real layers to measure instead.
func BenchmarkRecipes(b *testing.B) {
	run := func(name string, layers []string) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var recipes atomic.Int64
			for b.Loop() {
				w, err := Load(context.Background(), Options{Layers: layers})
				if err != nil {
					b.Fatal(err)
				}
				err = w.Recipes(context.Background(), func(_ int, variants []*Recipe) error {
					recipes.Add(int64(len(variants)))
					for _, r := range variants {
						r.Data.Get("SRC_URI")
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(recipes.Load())/b.Elapsed().Seconds(), "variants/s")
		})
	}
	if real := os.Getenv("BITBAKE_BENCH"); real != "" {
		run("real", strings.Fields(real))
		return
	}
	for _, n := range []int{100, 1000} {
		run(fmt.Sprint(n), []string{synthetic(b, n)})
	}
}
