package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/bundle"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/repro"
	"github.com/dombuild/dombuild/internal/store"
)

type gcFlags struct {
	dry, yes bool
	forget   []string
	locks    []string
}

func (a *app) storeGC() *cobra.Command {
	var f gcFlags
	cmd := verb("gc [RECIPE-DIR…]", "Remove what no recipe needs", cobra.ArbitraryArgs,
		func(ctx context.Context, dirs []string) error { return a.gc(ctx, dirs, f) })
	cmd.Long = `Remove every blob and record that no recipe needs. Needed are the pins and the
cached outputs of each recipe that fetched into or built from this store, or that a
bundle brought, and is still there, and of those in the directories given. The locks that fetch --lock
was given, and those of --lock, keep what they pin.`
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "only say what would be removed")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	cmd.Flags().StringArrayVar(&f.forget, "forget", nil, "no longer keep what the recipe in this directory, or this lock, needs")
	cmd.Flags().StringArrayVar(&f.locks, "lock", nil, "keep what this lock pins, such as one of audit yocto --lock")
	return cmd
}

// root is the recipe of the current directory as a user of the store.
func (a *app) root(r *recipe.Recipe) (build.User, error) {
	vars, err := a.variables()
	if err != nil {
		return build.User{}, err
	}
	dir, err := filepath.Abs(r.Dir)
	return build.User{Dir: dir, Variables: vars}, err
}

// register records that the recipe uses the store.
func (a *app) register(r *recipe.Recipe) error {
	root, err := a.root(r)
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	return root.Register(st)
}

func (a *app) gc(ctx context.Context, dirs []string, f gcFlags) error {
	st, err := a.openStore()
	if err != nil {
		return err
	}
	keep, err := a.gcKeep(ctx, st, dirs, f)
	if err != nil {
		return err
	}
	report, err := st.GC(ctx, store.GCOptions{Keep: keep.blob, KeepRecord: keep.record, DryRun: true})
	if err != nil {
		return err
	}
	if !f.dry {
		if err := a.confirm(report, f.yes); err != nil {
			return err
		}
		// Others may have used the store while the question stood.
		if keep, err = a.gcKeep(ctx, st, dirs, f); err != nil {
			return err
		}
		if report, err = st.GC(ctx, keep.beside(report)); err != nil {
			return err
		}
	}
	return a.printGC(describeGC(report, keep.roots, keep.locks, f.dry))
}

// gcKept is what stays.
type gcKept struct {
	roots  []build.User // recipes whose needs stay
	locks  []string     // likewise
	blob   func(digest.Digest) bool
	record func(kind, key string) bool
}

// beside also keeps all that a report does not name: nobody was told of it.
func (k gcKept) beside(told *store.GCReport) store.GCOptions {
	blobs, records := map[digest.Digest]bool{}, map[[2]string]bool{}
	for _, b := range told.Blobs {
		blobs[b.Digest] = true
	}
	for _, r := range told.Records {
		records[[2]string{r.Kind, r.Key}] = true
	}
	return store.GCOptions{
		Keep:       func(d digest.Digest) bool { return !blobs[d] || k.blob(d) },
		KeepRecord: func(kind, key string) bool { return !records[[2]string{kind, key}] || k.record(kind, key) },
	}
}

// gcKeep finds out what recipes and locks need now.
func (a *app) gcKeep(ctx context.Context, st *store.Store, dirs []string, f gcFlags) (k gcKept, err error) {
	keep := build.NewNeeds()
	if k.roots, err = a.gcRoots(ctx, st, dirs, f.forget); err != nil {
		return k, err
	}
	for _, root := range k.roots {
		if err := need(st, keep, root); err != nil {
			return k, err
		}
	}
	locks, err := a.gcLocks(ctx, st, f.locks, f.forget)
	if err != nil {
		return k, err
	}
	k.locks = locks.paths
	k.blob = func(d digest.Digest) bool { return keep.Blob(d) || locks.blobs[d] }
	kind, verdicts, err := repro.Useful(ctx, st, k.blob)
	if err != nil {
		return k, err
	}
	k.record = func(k, key string) bool {
		return k == bundle.RecordKind || keep.Record(k, key) || (k == kind && verdicts[key]) || (k == recordLock && locks.keys[key]) || locks.also[k+"/"+key]
	}
	return k, nil
}

// gcRoots are the recipes that keep what they need: those that registered and
// are still there, and those in dirs, or in the current directory.
func (a *app) gcRoots(ctx context.Context, st *store.Store, dirs, forget []string) ([]build.User, error) {
	registered, err := build.Users(ctx, st)
	if err != nil {
		return nil, err
	}
	var roots []build.User
	for _, root := range registered {
		if _, err := os.Stat(root.Dir); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if forgotten, err := listed(forget, root.Dir); err != nil {
			return nil, err
		} else if !forgotten {
			roots = append(roots, root)
		}
	}
	vars, err := a.variables()
	if err != nil {
		return nil, err
	}
	if here, _ := filepath.Glob("*.hcl"); len(dirs) == 0 && len(here) > 0 && len(forget) == 0 {
		dirs = []string{"."}
	}
	for _, dir := range dirs {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		root := build.User{Dir: abs, Variables: vars}
		if !slices.ContainsFunc(roots, root.Equal) {
			roots = append(roots, root)
		}
	}
	return roots, nil
}

// listed says whether dir is one of dirs, which may be relative.
func listed(dirs []string, dir string) (bool, error) {
	for _, d := range dirs {
		abs, err := filepath.Abs(d)
		if err != nil {
			return false, err
		}
		if abs == dir {
			return true, nil
		}
	}
	return false, nil
}

// need adds what a recipe needs.
func need(st *store.Store, keep build.Needs, root build.User) error {
	r, err := recipe.Load(root.Dir, root.Variables)
	if err == nil {
		var l *lockfile.Lock
		if l, err = lockfile.Read(r.Lockfile); err == nil {
			err = l.Check(r)
		}
		var p *plan.Plan
		if err == nil {
			p, err = plan.New(r, l, plan.Standard(r))
		}
		if err == nil {
			return keep.Add(st, root, p, l)
		}
	}
	return &rootError{root.Dir, err}
}

// rootError says that it is not known what a recipe needs.
type rootError struct {
	dir string
	err error
}

func (e *rootError) Error() string {
	return fmt.Sprintf("finding what the recipe in %s needs: %v", e.dir, e.err)
}

func (e *rootError) Unwrap() error { return e.err }

func (e *rootError) Hint() string {
	return "dombuild -C " + e.dir + " lock, or dombuild store gc --forget " + e.dir
}

var errNotTold = errors.New("nothing is removed without being told to")

// confirm asks, unless it was told.
func (a *app) confirm(r *store.GCReport, yes bool) error {
	if yes || (len(r.Blobs) == 0 && len(r.Records) == 0 && r.Freed == 0) {
		return nil
	}
	if a.flags.json || !term.IsTerminal(int(os.Stdin.Fd())) {
		return &usageError{errNotTold, "dombuild store gc --dry-run shows what would go, --yes removes it"}
	}
	a.display.Close()
	fmt.Fprintf(a.stderr, "remove %d blobs and %d records, %d bytes? [y/N] ", len(r.Blobs), len(r.Records), r.Freed)
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if s := strings.ToLower(strings.TrimSpace(answer)); s != "y" && s != "yes" {
		return errNotTold
	}
	return nil
}

// gcDocument is what store gc prints with --json.
type gcDocument struct {
	Schema  string       `json:"schema"`
	DryRun  bool         `json:"dry_run"`
	Recipes []build.User `json:"recipes"` // whose needs stay
	Locks   []string     `json:"locks"`   // likewise
	Blobs   []storedBlob `json:"blobs"`
	Records []string     `json:"records"` // kind/key
	Freed   int64        `json:"freed_bytes"`
}

func describeGC(r *store.GCReport, roots []build.User, locks []string, dry bool) gcDocument {
	doc := gcDocument{"dombuild/store-gc/v1", dry, append([]build.User{}, roots...), append([]string{}, locks...), storedBlobs(r.Blobs), []string{}, r.Freed}
	for _, x := range r.Records {
		doc.Records = append(doc.Records, x.Kind+"/"+x.Key)
	}
	return doc
}

func (a *app) printGC(doc gcDocument) error {
	return a.print(doc, func(w io.Writer) {
		for _, r := range doc.Recipes {
			fmt.Fprintf(w, "kept what %s needs\n", r.Dir)
		}
		for _, l := range doc.Locks {
			fmt.Fprintf(w, "kept what %s pins\n", l)
		}
		verb := "removed"
		if doc.DryRun {
			verb = "would remove"
			for _, b := range doc.Blobs {
				fmt.Fprintf(w, "%s  %12d\n", b.Digest, b.Size)
			}
		}
		fmt.Fprintf(w, "%s %d blobs and %d records, %d bytes\n", verb, len(doc.Blobs), len(doc.Records), doc.Freed)
	})
}
