package yocto

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const (
	attackSum    = "0000000000000000000000000000000000000000000000000000000000000001"
	attackCommit = "0123456789abcdef0123456789abcdef01234567"
)

// attacked is a recipe that BitBake verifies, before somebody adds to it.
const (
	attackedFile = "SRC_URI = \"https://www.example.com/a.tar.gz\"\nSRC_URI[sha256sum] = \"" + attackSum + "\"\n"
	attackedGit  = "SRC_URI = \"git://example.com/a.git;protocol=https;branch=main\"\nSRCREV = \"" + attackCommit + "\"\n"
)

// TestAttacks: layers that look as if a source was verified. Whatever else is
// said of it, no URI may be called verified.
func TestAttacks(t *testing.T) {
	for name, files := range map[string]map[string]string{
		// checksums that are none
		"algorithm of another name": {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz\"\nSRC_URI[sha256sums] = \"" + attackSum + "\"\nSRC_URI[SHA256sum] = \"" + attackSum + "\"\nSRC_URI[sha256] = \"" + attackSum + "\"\n"},
		"name of no flag":           {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz;name=x\"\nSRC_URI[sha256sum] = \"" + attackSum + "\"\n"},
		"last name counts":          {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz;name=a;name=b\"\nSRC_URI[a.sha256sum] = \"" + attackSum + "\"\n"},
		"several names":             {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz;name=a,b\"\nSRC_URI[a.sha256sum] = \"" + attackSum + "\"\nSRC_URI[b.sha256sum] = \"" + attackSum + "\"\n"},
		"bare name":                 {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz;name\"\nSRC_URI[sha256sum] = \"" + attackSum + "\"\n"},
		"empty parameter":           {"bb": strings.Replace(attackedFile, "a.tar.gz", "a.tar.gz;sha256sum=", 1)},
		"another file is compared":  {"bb": strings.Replace(attackedFile, "a.tar.gz", "a.tar.gz;localpath=/etc/hosts", 1)},
		"flag of an override":       {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz\"\nSRC_URI:qemux86-64[sha256sum] = \"" + attackSum + "\"\n"},
		"strict is ignore":          {"bb": "SRC_URI = \"https://www.example.com/a.tar.gz\"\nBB_STRICT_CHECKSUM = \"ignore\"\n"},
		"emptied by an append":      {"bb": attackedFile, "bbappend": "SRC_URI[sha256sum] = \"\"\n"},
		"emptied by the machine":    {"bb": attackedFile, "local": "SRC_URI[sha256sum] = \"\"\n", "bbappend": "python () {\n    d.setVarFlag('SRC_URI', 'sha256sum', '')\n}\n"},
		"crate of another name":     {"bb": "SRC_URI = \"crate://crates.io/a/1.0\"\nSRC_URI[a.sha256sum] = \"" + attackSum + "\"\n"},
		"module of another version": {"bb": "SRC_URI = \"gomod://example.com/a;version=v1.1\"\nSRC_URI[example.com/a@v1.0.sha256sum] = \"" + attackSum + "\"\n"},
		"npm":                       {"bb": "SRC_URI = \"npm://registry.example.com;package=a;version=1.0\"\nSRC_URI[sha256sum] = \"" + attackSum + "\"\n"},
		"shrinkwrap":                {"bb": "SRC_URI = \"npmsw://${THISDIR}/npm-shrinkwrap.json\"\nSRC_URI[sha256sum] = \"" + attackSum + "\"\n"},
		"ssh":                       {"bb": "SRC_URI = \"ssh://example.com/a.tar.gz\"\nSRC_URI[sha256sum] = \"" + attackSum + "\"\n"},

		"value in a flag":         {"bb": attackedFile + "SRC_URI[_content] = \"https://www.example.com/other.tar.gz\"\n"},
		"value in a flag of git":  {"bb": attackedGit + "SRCREV[_content] = \"${AUTOREV}\"\n"},
		"operations in a flag":    {"bb": attackedFile + "python () {\n    d.setVarFlag('SRC_URI', ':append', [(';sha256sum=', [])])\n}\n"},
		"value in a flag, python": {"bb": attackedFile + "python () {\n    d.setVarFlag('SRC_URI', '_content', 'https://www.example.com/other.tar.gz')\n}\n"},
		"overrides are deleted":   {"bb": attackedFile + "SRC_URI:append:qemux86-64 = \";sha256sum=\"\npython () {\n    d.getVar('SRC_URI')\n    d.delVar('OVERRIDES')\n}\n"},

		"overrides, cleared":   {"bb": attackedFile + "SRC_URI:append:qemux86-64 = \" \"\npython () {\n    d.overridedata.clear()\n}\n"},
		"overrides, assigned":  {"bb": attackedFile + "python () {\n    d.overridedata['SRC_URI'] = [('OTHER', 'qemux86-64')]\n}\n"},
		"overrides, appended":  {"bb": attackedFile + "SRC_URI:off = \"\"\npython () {\n    d.overridedata.get('SRC_URI').append(['OTHER', 'qemux86-64'])\n}\n"},
		"overrides, passed on": {"bb": attackedFile + "python () {\n    import elsewhere\n    elsewhere.change(d.overridedata)\n}\n"},
		"overrides, by update": {"bb": attackedFile + "python () {\n    x = d.overridedata\n    x.update({'SRC_URI': [['OTHER', 'qemux86-64']]})\n}\n"},

		// python
		"anonymous, written out":    {"bb": attackedFile + "python () {\n    d.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"anonymous, composed":       {"bb": attackedFile + "python () {\n    d.setVarFlag('SRC' + '_URI', '%s' % ('sha' + '256sum'), '')\n}\n"},
		"anonymous, conditional":    {"bb": attackedFile + "python () {\n    if os.path.exists('/elsewhere'):\n        d.setVarFlag('SRC_URI', 'sha256sum', '')\n}\n"},
		"anonymous, all flags":      {"bb": attackedFile + "python () {\n    d.delVarFlags('SRC_URI')\n}\n"},
		"anonymous, flags at once":  {"bb": attackedFile + "python () {\n    d.setVarFlags('SRC_URI', {'sha256sum': ''})\n}\n"},
		"anonymous, exec":           {"bb": attackedFile + "python () {\n    exec(\"d.setVarFlag('SRC_URI', 'sha256sum', '')\")\n}\n"},
		"anonymous, getattr":        {"bb": attackedFile + "python () {\n    getattr(d, 'setVarFlag')('SRC_URI', 'sha256sum', '')\n}\n"},
		"anonymous, lambda":         {"bb": attackedFile + "python () {\n    (lambda x: x.delVarFlag('SRC_URI', 'sha256sum'))(d)\n}\n"},
		"anonymous, alias":          {"bb": attackedFile + "python () {\n    f = d.delVarFlag\n    f('SRC_URI', 'sha256sum')\n}\n"},
		"anonymous, helper":         {"bb": attackedFile + "def helper(x):\n    x.delVarFlag('SRC_URI', 'sha256sum')\npython () {\n    helper(d)\n}\n"},
		"anonymous, unknown module": {"bb": attackedFile + "python () {\n    import elsewhere\n    elsewhere.change(d)\n}\n"},
		"side effect, immediate":    {"bb": attackedFile + "X := \"${@d.delVarFlag('SRC_URI', 'sha256sum')}\"\n"},
		"side effect, in SRC_URI":   {"bb": attackedFile + "SRC_URI += \"${@d.setVarFlag('SRC_URI', 'sha256sum', '') or ''}\"\n"},
		"event handler":             {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    e.data.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"handler of tasks":          {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.build.TaskStarted\"\npython h () {\n    e.data.setVarFlag('SRC_URI', 'sha256sum', '')\n}\n"},
		"handler of the task list":  {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipeTaskPreProcess\"\npython h () {\n    e.data.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"handler after the keys":    {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipePostKeyExpansion\"\npython h () {\n    e.data.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"handler without events":    {"bb": attackedFile + "addhandler h\npython h () {\n    e.data.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"handler, alias":            {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    f = e.data.setVarFlag\n    f('SRC_URI', 'sha256sum', '')\n}\n"},
		"handler, subscript":        {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    e.data['SRC_URI'] = 'https://www.example.com/other.tar.gz'\n}\n"},
		"handler, update":           {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    e.data.update({'SRC_URI': 'https://www.example.com/other.tar.gz'})\n}\n"},
		"handler, helper":           {"bb": attackedFile + "def helper(x):\n    x.delVarFlag('SRC_URI', 'sha256sum')\naddhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    helper(e.data)\n}\n"},
		"handler, a sum elsewhere":  {"bb": strings.Replace(attackedFile, attackSum, "${SUM}", 1) + "SUM = \"" + attackSum + "\"\naddhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    e.data.setVar('SUM', '')\n}\n"},
		"handler, prefuncs":         {"bb": attackedFile + "addhandler h\nh[eventmask] = \"bb.event.RecipeParsed\"\npython h () {\n    d.appendVarFlag('do_fetch', 'prefuncs', ' own')\n}\npython own () {\n    d.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"known prefunc, replaced":   {"bb": attackedFile + "do_fetch[prefuncs] += \"fetcher_hashes_dummyfunc\"\npython fetcher_hashes_dummyfunc () {\n    d.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"known prefunc, prepended":  {"bb": attackedFile + "do_fetch[prefuncs] += \"extend_recipe_sysroot\"\npython extend_recipe_sysroot () {\n    pass\n}\npython extend_recipe_sysroot:prepend () {\n    d.delVarFlag('SRC_URI', 'sha256sum')\n}\n"},
		"prefunc, helper":           {"bb": attackedFile + "def helper(x):\n    x.delVarFlag('SRC_URI', 'sha256sum')\npython do_fetch:prepend () {\n    helper(d)\n}\n"},
		"do_fetch, subscript":       {"bb": attackedFile + "python do_fetch:prepend () {\n    d['SRC_URI'] = 'https://www.example.com/other.tar.gz'\n}\n"},
		"anonymous, subscript":      {"bb": attackedFile + "python () {\n    d['SRC_URI'] = 'https://www.example.com/other.tar.gz'\n}\n"},
		"anonymous, update":         {"bb": attackedFile + "python () {\n    d.update({'SRC_URI': 'https://www.example.com/other.tar.gz'})\n}\n"},
		"exec, conditional":         {"bb": attackedFile + "python () {\n    if os.path.exists('/elsewhere'):\n        exec('pass')\n}\n"},
		"update, conditional":       {"bb": attackedFile + "python () {\n    if os.path.exists('/elsewhere'):\n        d.update({'SRC_URI': 'https://www.example.com/other.tar.gz'})\n}\n"},
		"better_exec":               {"bb": attackedFile + "CODE = \"d.delVarFlag('SRC_URI', 'sha256sum')\"\npython () {\n    bb.utils.better_exec(d.getVar('CODE'), {'d': d})\n}\n"},
		"better_eval, as siteinfo":  {"bb": attackedFile, "local": "EXTRA = \"h\"\n", "bbappend": "def h(d):\n    d.delVarFlag('SRC_URI', 'sha256sum')\npython () {\n    for m in (d.getVar('EXTRA') or '').split():\n        bb.utils.better_eval(m + '(d)', {'d': d})\n}\n"},
		"better_eval, in SRC_URI":   {"bb": attackedFile + "CODE = \"d.delVarFlag('SRC_URI', 'sha256sum')\"\nSRC_URI += \"${@bb.utils.better_eval(d.getVar('CODE'), {'d': d}) or ''}\"\n"},
		"better_exec, conditional":  {"bb": attackedFile + "python () {\n    if os.path.exists('/elsewhere'):\n        bb.utils.better_exec(d.getVar('CODE'), {'d': d})\n}\n"},
		"better_exec, alias":        {"bb": attackedFile + "python () {\n    f = bb.utils.better_exec\n    f(d.getVar('CODE'), {'d': d})\n}\n"},
		"better_exec, imported":     {"bb": attackedFile + "python () {\n    from bb.utils import better_exec as f\n    f(d.getVar('CODE'), {'d': d})\n}\n"},
		"__import__":                {"bb": attackedFile + "python () {\n    __import__('elsewhere').change(d)\n}\n"},
		"variables in a list":       {"bb": attackedFile + "python () {\n    import elsewhere\n    elsewhere.change([d])\n}\n"},
		"variables in a dict":       {"bb": attackedFile + "python () {\n    import elsewhere\n    elsewhere.change(where={'d': (d,)})\n}\n"},
		"in a list, conditional":    {"bb": attackedFile + "python () {\n    import elsewhere\n    if os.path.exists('/elsewhere'):\n        elsewhere.change([d])\n}\n"},
		"better_exec, cond. alias":  {"bb": attackedFile + "python () {\n    f = bb.utils.better_exec\n    if os.path.exists('/elsewhere'):\n        f(d.getVar('CODE'), {'d': d})\n}\n"},
		"exec, alias":               {"bb": attackedFile + "python () {\n    f = exec\n    f(d.getVar('CODE'))\n}\n"},
		"exec, computed":            {"bb": attackedFile + "python () {\n    {'x': __builtins__}['x']['exec'](d.getVar('CODE'))\n}\n"},
		"method as an argument":     {"bb": attackedFile + "python () {\n    import elsewhere\n    elsewhere.call(d.delVarFlag, 'SRC_URI', 'sha256sum')\n}\n"},
		"keyword, conditional":      {"bb": attackedFile + "python () {\n    import elsewhere\n    if os.path.exists('/elsewhere'):\n        elsewhere.change(where=d)\n}\n"},
		"other name, conditional":   {"bb": attackedFile + "python () {\n    import elsewhere\n    if os.path.exists('/elsewhere'):\n        x = d\n        elsewhere.change(x)\n}\n"},
		"prefunc of do_fetch":       {"bb": attackedFile + "do_fetch[prefuncs] += \"h\"\npython h () {\n    d.setVarFlag('SRC_URI', 'sha256sum', '')\n}\n"},
		"prepended to do_fetch":     {"bb": attackedFile + "python do_fetch:prepend () {\n    d.setVarFlag('SRC_URI', 'sha256sum', '')\n}\n"},
		"prepended to the class's":  {"bb": attackedFile + "python base_do_fetch:prepend () {\n    d.setVarFlag('SRC_URI', 'sha256sum', '')\n}\n"},

		// revisions
		"autorev by a variable":  {"bb": attackedGit + "MINE = \"${AUTOREV}\"\nSRCREV = \"${MINE}\"\n"},
		"autorev by python":      {"bb": attackedGit + "SRCREV = \"${@bb.fetch2.get_autorev(d)}\"\n"},
		"autorev by its name":    {"bb": attackedGit + "SRCREV = \"AUTOINC\"\n"},
		"autorev in an append":   {"bb": attackedGit, "bbappend": "SRCREV = \"${AUTOREV}\"\n"},
		"autorev in local.conf":  {"bb": attackedGit, "local": "SRCREV:pn-a = \"${AUTOREV}\"\n"},
		"autorev by an override": {"bb": attackedGit + "SRCREV:qemux86-64 = \"${AUTOREV}\"\n"},
		"autorev under a name":   {"bb": attackedGit + "SRCREV_default = \"${AUTOREV}\"\n"},
		"a tag in SRCREV":        {"bb": attackedGit + "SRCREV = \"v1.0\"\n"},
		"a tag in the URI":       {"bb": "SRC_URI = \"git://example.com/a.git;protocol=https;branch=main;tag=v1.0\"\n"},
		"upper case":             {"bb": attackedGit + "SRCREV = \"0123456789ABCDEF0123456789ABCDEF01234567\"\n"},
		"39 digits":              {"bb": attackedGit + "SRCREV = \"0123456789abcdef0123456789abcdef0123456\"\n"},
		"a blank before":         {"bb": attackedGit + "SRCREV = \" " + attackCommit + "\"\n"},
		"rev beside SRCREV":      {"bb": strings.Replace(attackedGit, "branch=main", "branch=main;rev=main", 1)},
		"revision by python":     {"bb": attackedGit + "SRCREV = \"${@open('/elsewhere').read()}\"\n"},
		"a hash that is none":    {"bb": "SRC_URI = \"svn://example.com/svn;module=a;protocol=https\"\nSRCREV = \"" + attackCommit + "\"\n"},
		"mercurial":              {"bb": "SRC_URI = \"hg://example.com/a;module=a;protocol=https\"\nSRCREV = \"" + attackCommit + "\"\n"},
		"repo":                   {"bb": "SRC_URI = \"repo://example.com/manifest;branch=main\"\nSRCREV = \"" + attackCommit + "\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			files := []txtar.File{
				{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(files["bb"])},
				{Name: "x/meta-top/recipes-a/a/a_%.bbappend", Data: []byte(files["bbappend"])},
				{Name: "x/build/conf/local.conf", Data: []byte(files["local"])},
			}
			seen := 0
			for _, s := range audited(t, workspace(t, files, "x")).Sources {
				seen++
				if s.Verdict.Verified() {
					t.Errorf("%s is called %s %s %v", s.URI, s.Verdict, s.Expected, s.Revisions)
				}
			}
			if seen == 0 {
				t.Error("no source was found")
			}
		})
	}
	for name, recipe := range map[string]string{"file": attackedFile, "git": attackedGit} {
		sources := audited(t, workspace(t, []txtar.File{{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(recipe)}}, "x")).Sources
		if len(sources) != 1 || !sources[0].Verdict.Verified() {
			t.Errorf("%s: what the attacks begin with is not verified: %+v", name, sources)
		}
	}
}
