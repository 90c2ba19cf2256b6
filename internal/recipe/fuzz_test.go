package recipe

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzLoad loads any bytes as a recipe, and again: no panic, no hang, the same
// answer.
func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.hcl")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(paths, "scaffold/recipe.hcl", "testdata/shared/preamble.hcl") {
		if strings.HasSuffix(path, "/limits.hcl") {
			continue // a second for each execution
		}
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	dir := f.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/shared")); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		check(t, os.WriteFile(filepath.Join(dir, "recipe.hcl"), src, 0o644))
		a, err := Load(dir, nil)
		b, again := Load(dir, nil)
		switch {
		case (err == nil) != (again == nil):
			t.Fatalf("once %v, then %v", err, again)
		case err == nil && a.Digest() != b.Digest():
			t.Fatal("two digests of one recipe")
		case err != nil && err.Error() != again.Error():
			t.Fatalf("once\n%v\nthen\n%v", err, again)
		}
	})
}

// FuzzFmt formats any bytes; the result must be a fixpoint.
func FuzzFmt(f *testing.F) {
	f.Add([]byte("a=1\n  b  =  [\n1,2]\nc {x=1}"))
	f.Add([]byte("a = <<-EOT\n  x\n  EOT\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		once, err := Fmt("x.hcl", src)
		if err != nil {
			return
		}
		if twice, err := Fmt("x.hcl", once); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q, then %q (%v)", once, twice, err)
		}
	})
}

// TestHostile loads texts made to exhaust a parser or evaluator.
func TestHostile(t *testing.T) {
	chained := func(first, next string, n int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "locals {\n  a0 = %s\n", first)
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, "  a%d = %s\n", i, strings.ReplaceAll(next, "PREVIOUS", fmt.Sprintf("local.a%d", i-1)))
		}
		return b.String() + "}\n"
	}
	doubling, chain := chained(`["x"]`, "[PREVIOUS, PREVIOUS]", 60), chained("1", "PREVIOUS", 20_000)
	tests := map[string]struct{ src, want string }{
		"brackets":        {"locals {\n  a = " + strings.Repeat("[", 100_000), "Expression too deep"},
		"parentheses":     {"locals {\n  a = " + strings.Repeat("(", 100_000), "Expression too deep"},
		"templates":       {"locals {\n  a = " + strings.Repeat(`"${`, 60_000), "Expression too deep"},
		"blocks":          {strings.Repeat("a {\n", 60_000), "Expression too deep"},
		"negations":       {"locals {\n  a = " + strings.Repeat("!", 100_000) + "true\n}\n", "Expression too deep"},
		"conditionals":    {"locals {\n  a = " + strings.Repeat("true ? 1 : ", 80_000) + "1\n}\n", "Expression too deep"},
		"sums":            {"locals {\n  a = 1" + strings.Repeat("+1", 100_000) + "\n}\n", "Expression too deep"},
		"sums over lines": {"locals {\n  a = (1" + strings.Repeat("\n+1", 100_000) + ")\n}\n", "Expression too deep"},
		"indexes":         {"locals {\n  a = local.b" + strings.Repeat("[0]", 100_000) + "\n}\n", "Expression too deep"},
		"attributes":      {"locals {\n  a = local.b" + strings.Repeat(".b", 100_000) + "\n}\n", "Expression too deep"},
		"splats":          {"locals {\n  a = local.b" + strings.Repeat("[*]", 100_000) + "\n}\n", "Expression too deep"},
		"ifs":             {"locals {\n  a = \"" + strings.Repeat("%{if true}", 100_000) + "\"\n}\n", "Expression too deep"},
		"exponent":        {"locals {\n  a = \"${1e600000000}\"\n}\n", "Number out of range"},
		"digits":          {"locals {\n  a = 1" + strings.Repeat("0", 100_000) + "\n}\n", "Number out of range"},
		"powers":          {"locals {\n  a = 1e999*1e999*1e999*1e999\n  b = \"${local.a}\"\n}\n", "Too much data"},
		"width":           {"locals {\n  a = format(\"%100000000d\", 1)\n}\n", "widths have at most three digits"},
		"replace":         {"locals {\n  a = join(\"\", [for x in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"])\n  b = replace(local.a, \"a\", local.a)\n}\n", "too much data"},
		"loops":           {"locals {\n  a = range(1000)\n  b = [for x in local.a : [for y in local.a : [for z in local.a : 1 if false]]]\n}\n", "Too much data"},
		"doubling":        {doubling, "Too much data"},
		"long chain":      {chain, "More than 500 values depend on each other"},
		"large file":      {strings.Repeat("#\n", 600_000), "larger than 1 MiB"},
		"long name":       {"locals {\n  " + strings.Repeat("a", 500_000) + " = 1\n  b = local." + strings.Repeat("b", 100_000) + "\n}\n", "Unknown reference"},
		"not text":        {"\xff\xfe\x00", "Invalid character"},
		"mark of order":   {"\xef\xbb\xbflocals {}\n", "Missing recipe block"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			check(t, os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte(test.src), 0o644))
			start := time.Now()
			_, err := Load(dir, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				text := "nothing"
				if err != nil {
					text = err.Error()[:min(400, len(err.Error()))]
				}
				t.Errorf("Load gives %s, want %s", text, test.want)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("Load took %s", d)
			}
		})
	}
}
