package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/resolve/upstream"
	"github.com/dombuild/dombuild/internal/store"
)

func (a *app) verifyLockVerb() *cobra.Command {
	var asOf string
	cmd := verb("lock", "Prove every hash of the lock again from the evidence in the store", cobra.NoArgs,
		func(ctx context.Context, _ []string) error { return a.verifyLock(ctx, asOf) })
	cmd.Long = `Prove every hash of the recipe's lock again, without a network, from the evidence that
lock has put into the store: Release files, repository metadata, indexes, signatures,
checksum files, commits, tags and trees of git, manifests of images, and the lock files
of packages. A signature is judged at the time that it says it was made, or at --as-of.
The packages of each toolchain must be complete: all that they depend on is pinned, and
nothing else is.

Exit 3: a pin is missing, or is one that nothing needs. Exit 4: something has other bytes than it should. Exit 5: a signature does not vouch for
a pin, the lock contradicts the evidence, or evidence is missing.`
	cmd.Flags().StringVar(&asOf, "as-of", "", "judge signatures as of this time (RFC 3339) instead of when they were made")
	return cmd
}

// provedDocument is what verify lock prints with --json.
type provedDocument struct {
	Schema   string                  `json:"schema"`
	Path     string                  `json:"path"`
	Digest   digest.Digest           `json:"digest"`
	Verdicts map[resolve.Verdict]int `json:"verdicts"`
	Pins     []provedPin             `json:"pins"`

	Incomplete []string `json:"incomplete"` // what is missing among the pins, or superfluous
}

type provedPin struct {
	Name    string          `json:"name"`
	Version string          `json:"version,omitempty"`
	Digest  digest.Digest   `json:"digest"`
	Verdict resolve.Verdict `json:"verdict"`
	By      string          `json:"by,omitempty"`
	Reason  string          `json:"reason,omitempty"`
}

func (a *app) verifyLock(ctx context.Context, asOf string) error {
	var at time.Time
	if asOf != "" {
		var err error
		if at, err = timeOf(asOf); err != nil {
			return err
		}
	}
	r, l, err := a.locked()
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	trees := &upstream.Machine{Store: st, Progress: a.display}
	proofs, err := resolve.Prove(ctx, r, l, resolve.Evidence{Open: a.evidence(st), Tree: trees.Prove, AsOf: at})
	var incomplete *resolve.IncompleteError
	if err != nil && !errors.As(err, &incomplete) {
		return err
	}
	doc := provedDocument{"dombuild/verify-lock/v1", r.Lockfile, digest.FromBytes(l.Format()), map[resolve.Verdict]int{}, []provedPin{}, []string{}}
	if incomplete != nil {
		doc.Incomplete = incomplete.Lines()
	}
	for _, p := range proofs {
		doc.Verdicts[p.Verdict]++
		pin := provedPin{p.Pin.Name, p.Pin.Version, p.Pin.Digest, p.Verdict, p.By, ""}
		if p.Err != nil {
			pin.Reason = p.Err.Error()
		}
		doc.Pins = append(doc.Pins, pin)
	}
	return errors.Join(a.print(doc, func(w io.Writer) { printProofs(w, proofs) }), unproved(proofs), err)
}

// printProofs writes how many pins each voucher has proved, and who vouches.
func printProofs(w io.Writer, proofs []resolve.Proof) {
	type group struct {
		verdict resolve.Verdict
		by      string
	}
	count := map[group]int{}
	var order []group
	for _, p := range proofs {
		g := group{p.Verdict, p.By}
		if count[g]++; count[g] == 1 {
			order = append(order, g)
		}
	}
	slices.SortFunc(order, func(a, b group) int {
		return strings.Compare(string(a.verdict)+a.by, string(b.verdict)+b.by)
	})
	for _, g := range order {
		fmt.Fprintf(w, "%-10s  %4d pins  %s\n", g.verdict, count[g], g.by)
	}
}

// maxNamed bounds how many pins an error names.
const maxNamed = 5

// unproved makes one error of each reason why pins are not proved, which names them.
func unproved(proofs []resolve.Proof) error {
	names := map[string][]string{}
	causes := map[string]error{}
	var order []string
	for _, p := range proofs {
		if p.Err == nil {
			continue
		}
		reason := p.Err.Error()
		if causes[reason] == nil {
			causes[reason] = p.Err
			order = append(order, reason)
		}
		names[reason] = append(names[reason], p.Pin.String())
	}
	var errs []error
	for _, reason := range order {
		list := names[reason]
		if n := len(list); n > maxNamed {
			list = append(slices.Clip(list[:maxNamed]), fmt.Sprintf("and %d more", n-maxNamed))
		}
		errs = append(errs, fmt.Errorf("%s: %w", strings.Join(list, ", "), untrustedUnlessCorrupt(causes[reason])))
	}
	return errors.Join(errs...)
}

// untrustedUnlessCorrupt gives a cause that has no exit code of its own that
// of what cannot be trusted.
func untrustedUnlessCorrupt(err error) error {
	var corrupt *store.IntegrityError
	var wrong *resolve.IntegrityError
	var untrusted *resolve.UntrustedError
	if errors.As(err, &corrupt) || errors.As(err, &wrong) || errors.As(err, &untrusted) {
		return err
	}
	remedy := ""
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		remedy = h.Hint()
	}
	return &resolve.UntrustedError{What: "the pin", Reason: "it is not proved", Remedy: remedy, Err: err}
}
