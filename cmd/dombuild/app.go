package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/display"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
)

// app is what the verbs share: the global flags and what is opened for them.
type app struct {
	stdout, stderr io.Writer
	flags          flags
	display        *display.Display
	printed        bool         // the JSON document is out
	shells         sync.Mutex   // held while a shell has the terminal
	opening        sync.Mutex   // held while the store is opened
	store          *store.Store // nil until then
	closers        []func() error
}

type flags struct {
	json     bool
	progress string
	store    string
	builders []string
	dir      string
	vars     []string
	sarif    string
	report   string
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "dombuild",
		Short:         "Build dom0 images from pinned sources, without a network, and prove it",
		Long:          "dombuild builds dom0 images: HCL recipes are resolved to hash-pinned locks, built in a\nsandbox without a network, and built twice to prove the result.\n\n" + exitCodesHelpDoc,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	f := root.PersistentFlags()
	f.BoolVar(&a.flags.json, "json", false, "write one JSON document to standard output")
	f.StringVar(&a.flags.progress, "progress", "auto", "how long work is shown: "+strings.Join(display.Modes, ", "))
	f.StringVar(&a.flags.store, "store", "", "directory of the store (default $DOMBUILD_STORE, or dombuild in the user's data directory)")
	f.StringArrayVar(&a.flags.builders, "builder", nil, "address of a BuildKit daemon to build on (default: embedded)")
	f.StringVarP(&a.flags.dir, "chdir", "C", "", "run in this directory")
	f.StringArrayVar(&a.flags.vars, "var", nil, "set a variable of the recipe, as NAME=VALUE")
	f.StringVar(&a.flags.sarif, "sarif", "", "also write the findings to this file, as SARIF 2.1.0")
	f.StringVar(&a.flags.report, "report", "", "also write the findings as an HTML page into this directory")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err, cmd.CommandPath() + " --help"}
	})
	root.PersistentPreRunE = a.begin
	a.addVerbs(root)
	return root
}

func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "dombuild --help"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "dombuild " + near[0]
	}
	return &usageError{fmt.Errorf("there is no verb %q", args[0]), hint}
}

// positional makes a wrong number of arguments a usage error.
func positional(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err, cmd.CommandPath() + " --help"}
		}
		return nil
	}
}

func (a *app) begin(cmd *cobra.Command, _ []string) error {
	if a.flags.dir != "" {
		if err := os.Chdir(a.flags.dir); err != nil {
			return &usageError{fmt.Errorf("-C: %w", err), ""}
		}
	}
	if (a.flags.sarif != "" || a.flags.report != "") && cmd.Annotations[findings] == "" {
		return &usageError{fmt.Errorf("%s has no findings to write", cmd.Name()), "leave out --sarif and --report"}
	}
	d, err := display.New(a.stderr, a.flags.progress, cmd.Name())
	if err != nil {
		return &usageError{err, "--progress takes one of " + strings.Join(display.Modes, ", ")}
	}
	a.display = d
	return nil
}

func (a *app) close() error {
	if a.display != nil {
		a.display.Close()
	}
	var err error
	for _, c := range slices.Backward(a.closers) {
		err = errors.Join(err, c())
	}
	return err
}

// onClose has f called when the verb is over, last registered first.
func (a *app) onClose(f func() error) { a.closers = append(a.closers, f) }

// print writes a verb's result: with --json the document, else what text writes.
func (a *app) print(document any, text func(io.Writer)) error {
	if a.display != nil {
		a.display.Close()
	}
	if !a.flags.json {
		text(a.stdout)
		return nil
	}
	a.printed = true
	if d, ok := document.(interface{ writeJSON(io.Writer) error }); ok {
		return d.writeJSON(a.stdout)
	}
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

func (a *app) variables() (map[string]string, error) {
	vars := map[string]string{}
	for _, v := range a.flags.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, &usageError{fmt.Errorf("--var %s: a variable is set as NAME=VALUE", v), ""}
		}
		vars[name] = value
	}
	return vars, nil
}

// recipe loads the recipe of the current directory.
func (a *app) recipe() (*recipe.Recipe, error) {
	vars, err := a.variables()
	if err != nil {
		return nil, err
	}
	return recipe.Load(".", vars)
}

// locked loads the recipe and its lock, which must be complete and current.
func (a *app) locked() (*recipe.Recipe, *lockfile.Lock, error) {
	r, err := a.recipe()
	if err != nil {
		return nil, nil, err
	}
	l, err := lockfile.Read(r.Lockfile)
	if err != nil {
		return nil, nil, err
	}
	return r, l, l.Check(r)
}

// plan loads everything up to the plan in the standard environment.
func (a *app) plan() (*plan.Plan, *lockfile.Lock, error) {
	r, l, err := a.locked()
	if err != nil {
		return nil, nil, err
	}
	p, err := plan.New(r, l, plan.Standard(r))
	return p, l, err
}

func (a *app) storeDir() (string, error) {
	dir := a.flags.store
	if dir == "" {
		dir = os.Getenv("DOMBUILD_STORE")
	}
	if dir == "" {
		data := os.Getenv("XDG_DATA_HOME")
		if data == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", fmt.Errorf("no place for the store: %w; use --store DIR", err)
			}
			data = filepath.Join(home, ".local", "share")
		}
		dir = filepath.Join(data, "dombuild")
	}
	return filepath.Abs(dir)
}

// openStore opens the store once for the whole run.
func (a *app) openStore() (*store.Store, error) {
	a.opening.Lock()
	defer a.opening.Unlock()
	if a.store != nil {
		return a.store, nil
	}
	dir, err := a.storeDir()
	if err != nil {
		return nil, err
	}
	st, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	a.store = st
	a.onClose(st.Close)
	return st, nil
}

// engineDir is where the embedded engine keeps its cache; logs lie beside it.
func (a *app) engineDir(name string) (string, error) {
	dir, err := a.storeDir()
	return filepath.Join(dir, name), err
}

// findings marks the verbs whose result --sarif and --report can write.
const findings = "findings"

// save writes the findings where --sarif and --report want them.
func (a *app) save(r *finding.Report) error {
	var errs []error
	if a.flags.sarif != "" {
		errs = append(errs, r.SaveSARIF(a.flags.sarif))
	}
	if a.flags.report != "" {
		errs = append(errs, r.SaveHTML(a.flags.report))
	}
	return errors.Join(errs...)
}

// verb is a shorthand for a subcommand whose arguments are checked as usage.
func verb(use, short string, args cobra.PositionalArgs, run func(ctx context.Context, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: positional(args),
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args) },
	}
}

// group is a verb that only has verbs of its own.
func group(name, short string, verbs ...*cobra.Command) *cobra.Command {
	var names []string
	for _, v := range verbs {
		names = append(names, v.Name())
	}
	last := len(names) - 1
	before := strings.Join(names[:last], ", ")
	cmd := verb(name, short, cobra.ArbitraryArgs, func(_ context.Context, args []string) error {
		err := fmt.Errorf("%s needs a verb: %s or %s", name, before, names[last])
		if len(args) > 0 {
			err = fmt.Errorf("%s has no verb %q: it has %s and %s", name, args[0], before, names[last])
		}
		return &usageError{err, "dombuild " + name + " --help"}
	})
	cmd.AddCommand(verbs...)
	return cmd
}
