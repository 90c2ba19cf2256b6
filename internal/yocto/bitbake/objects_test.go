package bitbake

import (
	"testing"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// TestObjects: python may keep what is no text in a variable; what may or may
// not have changed it makes it unknown.
func TestObjects(t *testing.T) {
	for _, c := range []struct {
		python, want string
		certain      bool
	}{
		{"d.setVar('L', ['a']); d.getVar('L').append('b')\n    d.setVar('X', ' '.join(d.getVar('L')))", "a b", true},
		{"d.setVar('L', ['a'])\n    if os.path.exists('/elsewhere'):\n        d.getVar('L').append('b')\n    d.setVar('X', ' '.join(d.getVar('L')))", "", false},
		{"d.setVar('L', ['a'])\n    d.setVar('X', d.expand('${L}'))", "", false},
		{"d.setVar('L', ['a'])\n    d.setVar('L', 'text')\n    d.setVar('X', d.getVar('L'))", "text", true},
	} {
		_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", "python () {\n    "+c.python+"\n}\n", nil)}})
		x := list["r_1.bb"].Data.Get("X")
		if certain := len(x.Unknown) == 0; certain != c.certain || certain && x.Text != c.want {
			t.Errorf("%s: %+v", c.python, x)
		}
	}
}

func TestUserOfFile(t *testing.T) {
	for _, c := range []struct {
		uri, path string
		old       bool
	}{{"file://a@b.service", "b.service", true}, {"file://x/a@b", "x/a@b", true}, {"https://u@example.org/a@b", "/a@b", false}, {"https://example.org/get.php?file=a;x=y", "/get.php?file=a", true}} {
		v, ok := decodeURL(c.uri, c.old, true).(*python.Tuple)
		if !ok || v.Items[2] != c.path {
			t.Errorf("%s: %v", c.uri, v)
		}
	}
}
