package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pipeline is what a file has a service do.
type pipeline struct {
	name    string
	env     map[string]string // of the file
	own     map[string]string // that the service sets
	steps   []step
	uploads []string // files and directories
}

// step is a script in a shell of its own.
type step struct {
	name   string
	script string
	always bool // also after a step that failed
}

// workspace stands for the directory of the checkout.
const workspace = "@WORKSPACE@"

// github reads a workflow with one job.
func github(dir string) (pipeline, error) {
	var file struct {
		Env  map[string]string
		Jobs map[string]struct {
			Steps []struct {
				Name, Run, Uses, If string
				With                map[string]string
			}
		}
	}
	p := pipeline{name: "ci/github.yml", own: map[string]string{"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace,
		"GITHUB_STEP_SUMMARY": workspace + "/../summary.md", "RUNNER_OS": "Linux", "USER": "root"}}
	if err := read(dir+"/"+p.name, &file); err != nil {
		return p, err
	}
	p.env = file.Env
	for _, job := range file.Jobs {
		for _, s := range job.Steps {
			always := strings.HasPrefix(s.If, "always()")
			switch {
			case s.Run != "":
				p.steps = append(p.steps, step{s.Name, "set -eo pipefail\n" + s.Run, always}) // the service's default shell
			case strings.HasPrefix(s.Uses, "actions/upload-artifact@") && always:
				p.uploads = append(p.uploads, s.With["path"])
			case strings.HasPrefix(s.Uses, "github/codeql-action/upload-sarif@") && always:
				p.uploads = append(p.uploads, s.With["sarif_file"])
			}
		}
	}
	return p, p.check()
}

// gitlab reads a file with one job. The scripts of a job share a shell.
func gitlab(dir string) (pipeline, error) {
	var file struct {
		Variables    map[string]string
		Reproducible struct {
			Before    []string `yaml:"before_script"`
			Script    []string
			Artifacts struct {
				When    string
				Paths   []string
				Reports map[string]string
			}
		}
	}
	p := pipeline{name: "ci/gitlab.yml", own: map[string]string{"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": workspace}}
	if err := read(dir+"/"+p.name, &file); err != nil {
		return p, err
	}
	p.env = file.Variables
	job := file.Reproducible
	p.steps = []step{{"reproducible", "set -eo pipefail\n" + strings.Join(append(job.Before, job.Script...), "\n"), false}}
	if job.Artifacts.When != "always" {
		return p, errors.New("artifacts of a job that failed are lost")
	}
	p.uploads = slices.Clone(job.Artifacts.Paths)
	for _, f := range job.Artifacts.Reports {
		p.uploads = append(p.uploads, f)
	}
	return p, p.check()
}

func (p pipeline) check() error {
	if len(p.steps) == 0 || len(p.uploads) < 2 {
		return fmt.Errorf("%s: %d steps and %d uploads were found", p.name, len(p.steps), len(p.uploads))
	}
	return nil
}

func read(name string, to any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, to); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}
