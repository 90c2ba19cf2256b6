package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/sandbox"
)

// checkFlags are the flags of check.
type checkFlags struct {
	vary     varyFlags
	earlier  bool
	runs     int
	keep     string
	against  string
	noBisect bool
	limit    int
	junit    string
}

// bisectLimit is enough for any axis, and any two that are needed together.
const bisectLimit = 40

// maxRuns bounds --runs; each run is a whole build.
const maxRuns = 1000

func (f *checkFlags) add(cmd *cobra.Command) {
	f.vary.register(cmd)
	set := cmd.Flags()
	set.BoolVar(&f.earlier, "accept-earlier", false, "do not build again when this machine has checked exactly this plan and these outputs before")
	set.IntVar(&f.runs, "runs", 1, "build so many times more, each time in other conditions, and compare each with the first build")
	set.StringVar(&f.keep, "keep", "", "keep the outputs of all builds as trees in this directory: first/STEP, second/STEP")
	set.StringVar(&f.against, "against", "", "instead of building again, compare with what somebody else built: a directory of build -o, an archive of it, oci:PATH, or an attestation")
	set.BoolVar(&f.noBisect, "no-bisect", false, "do not look for causes when outputs differ")
	set.IntVar(&f.limit, "bisect-limit", bisectLimit, "build a step at most so often again to find out why it differs")
	set.StringVar(&f.junit, "junit", "", "also write each step as a test case to this file, as JUnit XML")
	cmd.Annotations = map[string]string{findings: "yes"}
}

// check refuses combinations that would promise more than is done.
func (f *checkFlags) check(builders int) error {
	bad := func(format string, a ...any) error {
		return &usageError{fmt.Errorf(format, a...), "dombuild check --help"}
	}
	switch {
	case f.runs < 1 || f.runs > maxRuns:
		return bad("--runs %d: it takes a number from 1 to %d", f.runs, maxRuns)
	case f.limit < 1:
		return bad("--bisect-limit %d: it takes a number from 1 on; --no-bisect looks for no cause", f.limit)
	case f.earlier && f.keep != "":
		return bad("--accept-earlier may build nothing, so that --keep has nothing to keep")
	case f.earlier && builders > 1:
		return bad("--accept-earlier: an earlier check does not say on which builder it was")
	case f.against != "" && (f.runs > 1 || f.earlier || f.keep != "" || builders > 1):
		return bad("--against compares with what is there: it goes with none of --runs, --accept-earlier, --keep and a second --builder")
	}
	return nil
}

var (
	errOneBuilder  = errors.New("this verb builds on one builder: give --builder once")
	errTwoBuilders = errors.New("check builds on one builder or on two: give --builder once or twice")
)

// builderFor returns the builder of a build: that of a check's second build may
// be another one. "" is the embedded engine.
func (a *app) builderFor(o runOptions) (string, error) {
	all := a.flags.builders
	switch {
	case len(all) > 1 && !o.check:
		return "", &usageError{errOneBuilder, ""}
	case len(all) > 2:
		return "", &usageError{errTwoBuilders, ""}
	}
	for _, b := range all {
		if err := sandbox.CheckBuilder(b); err != nil {
			return "", &usageError{err, ""}
		}
	}
	switch {
	case len(all) == 0:
		return "", nil
	case o.second:
		return all[len(all)-1], nil
	}
	return all[0], nil
}
