package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/bundle"
)

func (a *app) bundleInspect() *cobra.Command {
	return verb("inspect FILE", "Hash a bundle and say what it holds", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		return a.withBundle(args[0], func(b *bundle.Bundle) error {
			signers := []string{}
			for _, s := range b.Signatures {
				signers = append(signers, string(s.Hint))
			}
			if err := a.hashBundle(ctx, b); err != nil {
				return err
			}
			return a.printBundle("inspect", args, b.Manifest, signers)
		})
	})
}

func (a *app) bundleVerify() *cobra.Command {
	var policy string
	cmd := verb("verify --policy FILE BUNDLE", "Judge who signed a bundle, and hash it", cobra.ExactArgs(1),
		func(ctx context.Context, args []string) error {
			p, err := bundlePolicy(policy)
			if err != nil {
				return err
			}
			return a.withBundle(args[0], func(b *bundle.Bundle) error {
				signers, err := judged(b, p)
				if err != nil {
					return err
				}
				if err := a.hashBundle(ctx, b); err != nil {
					return err
				}
				return a.printBundle("verify", args, b.Manifest, signers)
			})
		})
	cmd.Flags().StringVar(&policy, "policy", "", "who must have signed it, see docs/bundle.md")
	return cmd
}

type importFlags struct {
	policy, locks, recipes, programs string
}

func (a *app) bundleImport() *cobra.Command {
	var f importFlags
	cmd := verb("import --policy FILE BUNDLE…", "Take a bundle into the store, all of it or nothing", cobra.MinimumNArgs(1),
		func(ctx context.Context, args []string) error { return a.importBundles(ctx, args, f) })
	cmd.Long = `Take a bundle into the store. The signatures of as many owners as the policy's threshold
must be good, its serial greater than that of the last bundle of its name, and what it
leaves out in the store. Then each blob is hashed into a stage, and when all of them are
right they are published. The parts of a bundle may be given together or one after the
other, in any order.`
	cmd.Flags().StringVar(&f.policy, "policy", "", "who must have signed it, see docs/bundle.md")
	cmd.Flags().StringVar(&f.locks, "locks", "", "also write its locks into this directory")
	cmd.Flags().StringVar(&f.recipes, "recipes", "", "also write its recipes, with their locks and keys, below this directory")
	cmd.Flags().StringVar(&f.programs, "programs", "", "also write the programs that it carries into this directory")
	return cmd
}

// withBundle opens a bundle, or a part of one.
func (a *app) withBundle(path string, fn func(*bundle.Bundle) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading a bundle: %w", err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return fmt.Errorf("reading a bundle: %w", err)
	}
	if !fi.Mode().IsRegular() {
		return &usageError{fmt.Errorf("%s is no regular file", path), "a bundle is read from a file, whose size is known"}
	}
	b, err := bundle.Open(path, f, fi.Size())
	if err != nil {
		return err
	}
	return fn(b)
}

func (a *app) hashBundle(ctx context.Context, b *bundle.Bundle) error {
	task := a.display.Begin("hash the bundle", b.Bytes())
	err := b.Verify(ctx, task)
	task.End(err)
	return err
}

func bundlePolicy(path string) (attest.Policy, error) {
	if path == "" {
		return attest.Policy{}, &usageError{errNoPolicy, "give --policy FILE, which names who must have signed it"}
	}
	return attest.ReadPolicy(path)
}

// judged returns the owners whose signatures are good.
func judged(b *bundle.Bundle, p attest.Policy) ([]string, error) {
	signed, err := bundle.Judge(b, p)
	owners := []string{}
	for _, s := range signed {
		owners = append(owners, s.Name+" of "+s.Owner)
	}
	return owners, err
}

func (a *app) importBundles(ctx context.Context, paths []string, f importFlags) error {
	p, err := bundlePolicy(f.policy)
	if err != nil {
		return err
	}
	if err := a.oneDocument(paths); err != nil {
		return err
	}
	whole := map[digest.Digest]bool{}
	for i, path := range paths {
		err := a.withBundle(path, func(b *bundle.Bundle) error {
			return a.importBundle(ctx, b, p, f, i == len(paths)-1, whole)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// oneDocument refuses to import several bundles with --json, which prints one
// document: parts of a bundle are one.
func (a *app) oneDocument(paths []string) error {
	if !a.flags.json {
		return nil
	}
	digests := map[digest.Digest]bool{}
	for _, path := range paths {
		err := a.withBundle(path, func(b *bundle.Bundle) error {
			digests[b.Digest] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(digests) > 1 {
		return &usageError{fmt.Errorf("--json prints one document, and these are %d bundles", len(digests)), "import them one after the other; parts of one bundle may be given together"}
	}
	return nil
}

// importBundle takes in one bundle, or a part; what is outstanding is said of
// the last one. More parts of a bundle that is whole bring nothing.
func (a *app) importBundle(ctx context.Context, b *bundle.Bundle, p attest.Policy, f importFlags, last bool, whole map[digest.Digest]bool) error {
	signers, err := judged(b, p)
	if err != nil || whole[b.Digest] {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	to := placing{f, b.Manifest, st}
	if err := to.vacant(); err != nil {
		return err
	}
	task := a.display.Begin("import the bundle", b.Bytes())
	left, err := bundle.Import(ctx, st, b, task)
	task.End(err)
	if err != nil || (left != nil && !last) {
		return err
	}
	if left != nil {
		return a.printOutstanding(b, *left, signers)
	}
	whole[b.Digest] = true
	if err := to.write(); err != nil {
		return err
	}
	return a.printBundle("import", []string{b.Name}, b.Manifest, signers)
}

// outstandingDocument is what import prints with --json while parts are missing.
type outstandingDocument struct {
	Schema  string        `json:"schema"`
	File    string        `json:"file"`
	Digest  digest.Digest `json:"digest"` // of the manifest
	Part    int           `json:"part"`
	Of      int           `json:"of"`
	Missing []int         `json:"missing"` // parts
	Bytes   int64         `json:"missing_bytes"`
	Signers []string      `json:"signers"`
}

func (a *app) printOutstanding(b *bundle.Bundle, left bundle.Outstanding, signers []string) error {
	doc := outstandingDocument{"dombuild/bundle-part/v1", b.Name, b.Digest, b.Part.Number, b.Part.Of, append([]int{}, left.Parts...), left.Bytes, signers}
	return a.print(doc, func(w io.Writer) {
		var numbers []string
		for _, n := range left.Parts {
			numbers = append(numbers, strconv.Itoa(n))
		}
		fmt.Fprintf(w, "%s: part %d of %d of %s, number %d, was taken\n", b.Name, b.Part.Number, b.Part.Of, b.Manifest.Name, b.Manifest.Serial)
		fmt.Fprintf(w, "missing: %d bytes, in the parts %s\n", left.Bytes, strings.Join(numbers, ", "))
	})
}
