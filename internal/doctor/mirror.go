package doctor

import "fmt"

// Mirror is an archive that a recipe's distribution may be had from.
type Mirror struct {
	URL string
	Err error // of asking it for the suite's Release file
}

// Mirrors judges the archives of one suite of a distribution; one that answers
// is enough. Only lock, update and fetch need it: what is in the store builds
// without, so that nothing here is worse than a warning.
func Mirrors(distribution, suite string, found []Mirror) Check {
	c := Check{"mirror " + distribution, Warn, "no address is known for the suite " + suite,
		fmt.Sprintf("to lock and fetch, write mirror %q { urls = [\"…\"] } into dombuild's config.hcl, or add the suite to apt's sources", distribution)}
	var silent error
	for _, m := range found {
		if m.Err == nil {
			return Check{c.Name, OK, fmt.Sprintf("%s answers for the suite %s", m.URL, suite), ""}
		}
		silent = m.Err
	}
	if silent != nil {
		c.Detail = fmt.Sprintf("none of %d addresses answers for the suite %s: %v", len(found), suite, silent)
		c.Remedy = "look at the network, or name another mirror in dombuild's config.hcl; a machine without a network builds what is in its store"
	}
	return c
}

// Sandbox judges the probe of the sandbox: err is why it could not be run,
// ways are the ways out that it found.
func Sandbox(tries int, ways []string, err error) Check {
	switch {
	case len(ways) > 0:
		return Check{"sandbox", Fail, fmt.Sprintf("%d ways out: %s", len(ways), join(ways)),
			"build nothing here; docs/sandbox.md says what closes each way"}
	case err != nil:
		return Check{"sandbox", Fail, "the probe did not run: " + err.Error(),
			"see the checks above that fail; the engine's log lies below the store"}
	}
	return Check{"sandbox", OK, fmt.Sprintf("closed: %d tries, no way out", tries), ""}
}

// join keeps each way on a line of its own.
func join(lines []string) string {
	var text string
	for _, l := range lines {
		text += "\n  " + l
	}
	return text
}
