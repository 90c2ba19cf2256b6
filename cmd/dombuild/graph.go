package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/graph"
	"github.com/dombuild/dombuild/internal/plan"
)

// graphDocument is what graph and tree print with --json.
type graphDocument struct {
	Schema string       `json:"schema"`
	Nodes  []graph.Node `json:"nodes"`
}

func (a *app) graphVerb() *cobra.Command {
	var format, out string
	cmd := verb("graph [TARGET…]", "Draw the plan as text, DOT or SVG", cobra.ArbitraryArgs,
		func(_ context.Context, names []string) error {
			g, _, err := a.graph(names)
			if err != nil {
				return err
			}
			draw, ok := map[string]func(io.Writer){
				"text": func(w io.Writer) { g.WriteTree(w, g.Roots()) }, "dot": g.WriteDOT, "svg": g.WriteSVG,
			}[format]
			if !ok {
				return &usageError{fmt.Errorf("--format %s is none of text, dot, svg", format), ""}
			}
			if out != "" {
				var text bytes.Buffer
				draw(&text)
				if err := os.WriteFile(out, text.Bytes(), 0o644); err != nil {
					return fmt.Errorf("writing the graph: %w", err)
				}
				draw = func(io.Writer) {} // the file has it
			}
			return a.print(graphDocument{"dombuild/graph/v1", g.Nodes()}, draw)
		})
	cmd.Flags().StringVar(&format, "format", "text", "text, dot or svg")
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to this file")
	return cmd
}

func (a *app) treeVerb() *cobra.Command {
	return verb("tree [TARGET…]", "Show what a target needs as a tree", cobra.ArbitraryArgs,
		func(_ context.Context, names []string) error {
			g, steps, err := a.graph(names)
			if err != nil {
				return err
			}
			return a.print(graphDocument{"dombuild/tree/v1", g.Nodes()}, func(w io.Writer) { g.WriteTree(w, steps) })
		})
}

func (a *app) whyVerb() *cobra.Command {
	cmd := verb("why NAME", "Show which targets need a step, a source or a pinned package", cobra.ExactArgs(1), a.why)
	return cmd
}

func (a *app) why(_ context.Context, args []string) error {
	g, targets, err := a.graph(nil)
	if err != nil {
		return err
	}
	p, _, err := a.plan()
	if err != nil {
		return err
	}
	wanted := named(g, p, args[0])
	if len(wanted) == 0 {
		return &usageError{fmt.Errorf("nothing in the plan is named %q", args[0]), "dombuild tree; dombuild plan"}
	}
	doc := struct {
		Schema string     `json:"schema"`
		Name   string     `json:"name"`
		Paths  [][]string `json:"paths"`
	}{"dombuild/why/v1", args[0], [][]string{}}
	const most = 20 // ways from one target; a person reads no more
	for _, w := range wanted {
		for _, t := range targets {
			for _, path := range g.Paths(t, w, most) {
				if w != args[0] {
					path = append(path, args[0])
				}
				doc.Paths = append(doc.Paths, path)
			}
		}
	}
	return a.print(doc, func(w io.Writer) {
		for _, path := range doc.Paths {
			fmt.Fprintln(w, strings.Join(path, " → "))
		}
	})
}

// named finds the nodes that a name means: a step or source, or the
// toolchains that hold a pinned package of that name.
func named(g *graph.Graph, p *plan.Plan, name string) []string {
	var found []string
	for _, n := range g.Nodes() {
		if n.Name == name {
			return []string{name}
		}
	}
	for _, s := range p.Steps() {
		for _, d := range s.Debs {
			if d.Name == name {
				found = append(found, s.Name)
			}
		}
	}
	return found
}

// graph makes the graph of the named targets, with the sources as nodes, and
// returns the steps that the targets stand for.
func (a *app) graph(names []string) (*graph.Graph, []string, error) {
	p, _, err := a.plan()
	if err != nil {
		return nil, nil, err
	}
	targets, err := build.Targets(p, names)
	if err != nil {
		return nil, nil, err
	}
	var roots []string
	for _, t := range targets {
		roots = append(roots, t.Steps...)
	}
	steps, err := p.Closure(roots...)
	if err != nil {
		return nil, nil, err
	}
	var nodes []graph.Node
	for _, s := range steps {
		nodes = append(nodes, graph.Node{Name: s.Name, Class: string(s.Kind), Needs: slices.Clone(s.Deps)})
	}
	g, err := graph.New(withSources(p, nodes))
	return g, roots, err
}

func withSources(p *plan.Plan, nodes []graph.Node) []graph.Node {
	known := map[string]bool{}
	for _, pkg := range p.Recipe().Packages {
		i := slices.IndexFunc(nodes, func(n graph.Node) bool { return n.Name == string(pkg.Address) })
		if i < 0 {
			continue
		}
		for _, src := range pkg.Sources {
			nodes[i].Needs = append(nodes[i].Needs, string(src))
			if !known[string(src)] {
				nodes = append(nodes, graph.Node{Name: string(src), Class: "source"})
			}
			known[string(src)] = true
		}
	}
	return nodes
}
