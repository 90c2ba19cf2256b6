package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// try runs a pipeline over one target in a directory of its own.
func try(read func(string) (pipeline, error), dombuild, recipe string, c outcome) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	p, err := read(here)
	if err != nil {
		return p.name, err
	}
	tmp, err := os.MkdirTemp("", "dombuild-ci-")
	if err != nil {
		return p.name, err
	}
	defer os.RemoveAll(tmp)
	root := filepath.Join(tmp, "checkout")
	if err := prepare(here, tmp, root, dombuild, recipe); err != nil {
		return p.name, err
	}
	got, err := p.run(tmp, root, c.target)
	switch {
	case err != nil:
		return p.name, err
	case got != c.exit:
		return p.name, fmt.Errorf("exit code %d, want %d", got, c.exit)
	}
	return p.name, p.uploaded(root, c)
}

// shims stand for what CI machines have: programs that install others, and sudo,
// which drops the environment but for what it is told to keep.
var shims = map[string]string{
	"apt-get": "exit 0\n",
	"make":    "exit 0\n",
	"sudo": `keep=
case $1 in --preserve-env=*) keep=${1#*=}; shift;; esac
set -- "$@"
for name in $(echo "$keep" | tr , ' '); do eval "value=\${$name-}"; set -- "$name=$value" "$@"; done
exec env -i PATH="$PATH" HOME=/root USER=root "$@"
`,
}

// prepare makes the checkout: the ci files, the program, the recipe.
func prepare(here, tmp, root, dombuild, recipe string) error {
	program, err := filepath.Abs(dombuild)
	if err != nil {
		return err
	}
	for _, dir := range []string{root + "/bin", root + "/recipes", tmp + "/shims"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for name, script := range shims {
		if err := os.WriteFile(filepath.Join(tmp, "shims", name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			return err
		}
	}
	return errors.Join(os.Symlink(program, root+"/bin/dombuild"), os.CopyFS(root+"/ci", os.DirFS(filepath.Join(here, "ci"))),
		os.Chmod(root+"/ci/check.sh", 0o755), os.CopyFS(root+"/recipes/hello", os.DirFS(recipe)))
}

// run runs the steps, and returns the exit code of the first that failed.
func (p pipeline) run(tmp, root, target string) (int, error) {
	code := 0
	for _, s := range p.steps {
		if code != 0 && !s.always {
			continue
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-c", s.script)
		cmd.Dir, cmd.Env = root, p.environment(tmp, root, target)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		switch {
		case err != nil && !errors.As(err, &exit):
			return 0, err
		case err != nil && code == 0:
			code = exit.ExitCode()
		}
		if err != nil && code != 7 || strings.Contains(string(out), "command not found") {
			return code, fmt.Errorf("step %q: %w\n%s", s.name, err, out)
		}
	}
	return code, nil
}

// environment is what the service and the file set, and nothing else; the store
// is the one that was given, lest everything is fetched again, and the target
// and the axis make the check short.
func (p pipeline) environment(tmp, root, target string) []string {
	env := []string{"PATH=" + tmp + "/shims:" + os.Getenv("PATH"), "HOME=/root", "TARGETS=" + target, "CHECK_FLAGS=--vary-only umask"}
	for _, set := range []map[string]string{p.own, p.env} {
		for name, value := range set {
			value = strings.ReplaceAll(strings.ReplaceAll(value, "$CI_PROJECT_DIR", root), workspace, root)
			if name == "DOMBUILD_STORE" && os.Getenv(name) != "" {
				value = os.Getenv(name)
			}
			env = append(env, name+"="+value)
		}
	}
	return env
}

// uploaded looks at what the service would take: everything is there, and of
// the form that it reads.
func (p pipeline) uploaded(root string, c outcome) error {
	for _, name := range p.uploads {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			return err
		}
	}
	for _, name := range []string{"check.json", "html/index.html"} {
		if fi, err := os.Stat(filepath.Join(root, "reports", name)); err != nil || fi.Size() == 0 {
			return fmt.Errorf("reports/%s is empty or not there", name)
		}
	}
	return errors.Join(junit(root+"/reports/junit.xml", c), sarif(root+"/reports/check.sarif", c))
}

// junit wants a failure exactly when the check failed.
func junit(name string, c outcome) error {
	var suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
	}
	text, err := os.ReadFile(name)
	if err == nil {
		err = xml.Unmarshal(text, &suites)
	}
	if err == nil && (suites.Tests == 0 || (suites.Failures > 0) != (c.exit != 0)) {
		err = fmt.Errorf("%s: %d tests, %d failures", name, suites.Tests, suites.Failures)
	}
	return err
}

// sarif wants findings exactly when the check failed, each on a line of the
// recipe.
func sarif(name string, c outcome) error {
	var log struct {
		Version string `json:"version"`
		Runs    []struct {
			Results []struct {
				Locations []struct {
					Physical struct {
						Artifact struct {
							URI string `json:"uri"`
						} `json:"artifactLocation"`
						Region struct {
							Line int `json:"startLine"`
						} `json:"region"`
					} `json:"physicalLocation"`
				} `json:"locations"`
			} `json:"results"`
		} `json:"runs"`
	}
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &log)
	}
	switch {
	case err != nil:
		return err
	case log.Version != "2.1.0" || len(log.Runs) != 1 || (len(log.Runs[0].Results) > 0) != (c.exit != 0):
		return fmt.Errorf("%s: not as expected: %s", name, text)
	}
	for _, r := range log.Runs[0].Results {
		if len(r.Locations) == 0 || r.Locations[0].Physical.Artifact.URI != "recipes/hello/recipe.hcl" || r.Locations[0].Physical.Region.Line == 0 {
			return fmt.Errorf("%s: a finding is not on a line of the recipe: %s", name, text)
		}
	}
	return nil
}
