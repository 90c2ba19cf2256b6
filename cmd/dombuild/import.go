package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/bundle"
)

func (a *app) bundleInspect() *cobra.Command {
	return verb("inspect FILE", "Hash a bundle and say what it holds", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		b, err := a.readBundle(ctx, args[0])
		if err != nil {
			return err
		}
		signers := []string{}
		for _, s := range b.Signatures {
			signers = append(signers, string(s.Hint))
		}
		return a.printBundle("inspect", args[0], b.Manifest, signers)
	})
}

func (a *app) bundleVerify() *cobra.Command {
	var policy string
	cmd := verb("verify --policy FILE BUNDLE", "Hash a bundle and judge who signed it", cobra.ExactArgs(1),
		func(ctx context.Context, args []string) error {
			b, signers, err := a.judgeBundle(ctx, args[0], policy)
			if err != nil {
				return err
			}
			return a.printBundle("verify", args[0], b.Manifest, signers)
		})
	cmd.Flags().StringVar(&policy, "policy", "", "who must have signed it, see docs/bundle.md")
	return cmd
}

func (a *app) bundleImport() *cobra.Command {
	var policy, locks string
	cmd := verb("import --policy FILE BUNDLE", "Take a bundle into the store, all of it or nothing", cobra.ExactArgs(1),
		func(ctx context.Context, args []string) error { return a.importBundle(ctx, args[0], policy, locks) })
	cmd.Long = `Take a bundle into the store. It is read whole and every byte hashed; the signatures of
as many owners as the policy's threshold must be good; its serial must be greater than
that of the last bundle of its name; and what it leaves out must be in the store. Only
then the first blob is stored, and hashed again on the way.`
	cmd.Flags().StringVar(&policy, "policy", "", "who must have signed it, see docs/bundle.md")
	cmd.Flags().StringVar(&locks, "locks", "", "also write its locks into this directory")
	return cmd
}

// readBundle reads and hashes a whole bundle.
func (a *app) readBundle(ctx context.Context, path string) (*bundle.Bundle, error) {
	var b *bundle.Bundle
	err := a.withBundle(path, "hash the bundle", func(r io.Reader) (err error) {
		b, err = bundle.Read(ctx, path, r, nil)
		return err
	})
	return b, err
}

// withBundle opens a bundle and shows how far it is read.
func (a *app) withBundle(path, what string, fn func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading a bundle: %w", err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return fmt.Errorf("reading a bundle: %w", err)
	}
	task := a.display.Begin(what, fi.Size())
	err = fn(io.TeeReader(f, counter{task}))
	task.End(err)
	return err
}

// judgeBundle also holds the signatures against a policy, and returns the
// owners whose signatures are good.
func (a *app) judgeBundle(ctx context.Context, path, policy string) (*bundle.Bundle, []string, error) {
	if policy == "" {
		return nil, nil, &usageError{errNoPolicy, "give --policy FILE, which names who must have signed it"}
	}
	p, err := attest.ReadPolicy(policy)
	if err != nil {
		return nil, nil, err
	}
	b, err := a.readBundle(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	signed, err := bundle.Judge(b, p)
	owners := []string{}
	for _, s := range signed {
		owners = append(owners, s.Name+" of "+s.Owner)
	}
	return b, owners, err
}

func (a *app) importBundle(ctx context.Context, path, policy, locks string) error {
	b, signers, err := a.judgeBundle(ctx, path, policy)
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	if err := errors.Join(bundle.Fresh(st, b), bundle.Complete(ctx, st, b)); err != nil {
		return err
	}
	if locks != "" {
		if err := writeLocks(locks, b.Locks, false); err != nil {
			return err
		}
	}
	err = a.withBundle(path, "import the bundle", func(r io.Reader) error { return bundle.Store(ctx, st, b, r) })
	if err != nil {
		return err
	}
	if locks != "" {
		if err := writeLocks(locks, b.Locks, true); err != nil {
			return err
		}
	}
	return a.printBundle("import", path, b.Manifest, signers)
}

// writeLocks writes locks into a directory, or only looks whether that would
// change one that is there.
func writeLocks(dir string, locks []bundle.File, write bool) error {
	for _, l := range locks {
		path := filepath.Join(dir, l.Name)
		had, err := os.ReadFile(path)
		if err == nil && !bytes.Equal(had, l.Text) {
			return &hintError{fmt.Errorf("%s is another lock than the bundle's", path), "move it away, or give --locks another directory"}
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("writing the locks: %w", err)
		}
		if write && err != nil {
			if err := os.WriteFile(path, l.Text, 0o644); err != nil {
				return fmt.Errorf("writing the locks: %w", err)
			}
		}
	}
	return nil
}
