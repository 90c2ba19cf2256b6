// Package bitbake evaluates BitBake metadata without BitBake: layers, their
// configuration, classes, recipes and appends, as far as they can be evaluated
// without running Python. What it cannot evaluate is an [Unknown] with its
// place, never a guess.
package bitbake
