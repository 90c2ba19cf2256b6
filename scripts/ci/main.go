// Command ci tries the ready files for continuous integration: it runs the
// commands of ci/github.yml and ci/gitlab.yml as those services do, in a
// directory and an environment of their own, and looks for everything that the
// files upload.
//
//	ci DOMBUILD RECIPE EQUAL DIFFERENT
//
// RECIPE is the directory of a recipe that is locked; EQUAL is a target of it
// that check finds equal, DIFFERENT one that it finds different. What installs
// programs (apt-get, make) does nothing here, and sudo keeps only what it is
// told to.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: ci DOMBUILD RECIPE EQUAL DIFFERENT")
		os.Exit(2)
	}
	failed := false
	for _, read := range []func(string) (pipeline, error){github, gitlab} {
		for _, c := range []outcome{{os.Args[3], 0}, {os.Args[4], 7}} {
			name, err := try(read, os.Args[1], os.Args[2], c)
			if err != nil {
				fmt.Printf("wrong: %s of %s: %v\n", name, c.target, err)
				failed = true
				continue
			}
			fmt.Printf("   %s of %s: exit %d, everything that it uploads is there\n", name, c.target, c.exit)
		}
	}
	if failed {
		os.Exit(1)
	}
}

// outcome is what has to come of a target.
type outcome struct {
	target string
	exit   int
}
