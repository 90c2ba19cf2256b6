// Package graph draws a directed acyclic graph as text, as DOT and as SVG. The
// drawings depend on the graph alone: nodes and edges are sorted, and the
// layout has no randomness.
package graph

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Node is drawn as a box with its name. Class tells kinds apart by colour.
type Node struct {
	Name  string   `json:"name"`
	Class string   `json:"class"`
	Needs []string `json:"needs"` // names of nodes
}

// Graph is a set of nodes in which every name in Needs is a node and no node
// needs itself, directly or not. New checks that.
type Graph struct {
	nodes []Node
	index map[string]int
}

// New makes a graph; the nodes are sorted by name.
func New(nodes []Node) (*Graph, error) {
	g := &Graph{nodes: slices.Clone(nodes), index: map[string]int{}}
	slices.SortFunc(g.nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	for i, n := range g.nodes {
		if _, dup := g.index[n.Name]; dup {
			return nil, fmt.Errorf("two nodes are named %q", n.Name)
		}
		g.index[n.Name] = i
	}
	state := map[string]int{} // 1: being visited, 2: done
	var visit func(name, from string) error
	visit = func(name, from string) error {
		i, ok := g.index[name]
		if !ok {
			return fmt.Errorf("%s needs %q, which is no node", from, name)
		}
		if state[name] == 1 {
			return fmt.Errorf("%s needs itself", name)
		}
		if state[name] == 2 {
			return nil
		}
		state[name] = 1
		for _, d := range g.nodes[i].Needs {
			if err := visit(d, name); err != nil {
				return err
			}
		}
		state[name] = 2
		return nil
	}
	for _, n := range g.nodes {
		if err := visit(n.Name, ""); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Nodes returns the nodes, sorted by name.
func (g *Graph) Nodes() []Node { return slices.Clone(g.nodes) }

// Roots returns the names of the nodes that no other node needs, sorted.
func (g *Graph) Roots() []string {
	needed := map[string]bool{}
	for _, n := range g.nodes {
		for _, d := range n.Needs {
			needed[d] = true
		}
	}
	var roots []string
	for _, n := range g.nodes {
		if !needed[n.Name] {
			roots = append(roots, n.Name)
		}
	}
	return roots
}

// WriteTree writes, for each of the named nodes, what it needs as an indented
// tree. What was shown before is marked with "(above)" and not repeated.
func (g *Graph) WriteTree(w io.Writer, names []string) {
	shown := map[string]bool{}
	var walk func(name, lead, branch, below string)
	walk = func(name, lead, branch, below string) {
		n := g.nodes[g.index[name]]
		again := ""
		if shown[name] && len(n.Needs) > 0 {
			again = " (above)"
		}
		fmt.Fprintf(w, "%s%s%s%s\n", lead, branch, name, again)
		if shown[name] {
			return
		}
		shown[name] = true
		for i, d := range n.Needs {
			if i == len(n.Needs)-1 {
				walk(d, lead+below, "└── ", "    ")
			} else {
				walk(d, lead+below, "├── ", "│   ")
			}
		}
	}
	for _, n := range names {
		walk(n, "", "", "")
	}
}

// WriteDOT writes the graph in the DOT language of Graphviz. Edges point from
// a node to what it needs.
func (g *Graph) WriteDOT(w io.Writer) {
	fmt.Fprint(w, "digraph plan {\n  rankdir=RL;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n")
	for _, n := range g.nodes {
		fmt.Fprintf(w, "  %s [fillcolor=%q];\n", dotName(n.Name), fill(n.Class))
	}
	for _, n := range g.nodes {
		for _, d := range n.Needs {
			fmt.Fprintf(w, "  %s -> %s;\n", dotName(n.Name), dotName(d))
		}
	}
	fmt.Fprint(w, "}\n")
}

func dotName(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Paths returns every way from a node that needs to one that is needed, the
// shortest first, but no more than most.
func (g *Graph) Paths(from, to string, most int) [][]string {
	var found [][]string
	reach := g.reaching(to)
	queue := [][]string{{from}}
	for len(queue) > 0 && len(found) < most {
		path := queue[0]
		queue = queue[1:]
		last := path[len(path)-1]
		if last == to {
			found = append(found, path)
			continue
		}
		for _, d := range g.nodes[g.index[last]].Needs {
			if reach[d] {
				queue = append(queue, append(slices.Clone(path), d))
			}
		}
	}
	return found
}

// reaching returns the nodes that need the named one, with itself.
func (g *Graph) reaching(name string) map[string]bool {
	reach := map[string]bool{name: true}
	for grew := true; grew; {
		grew = false
		for _, n := range g.nodes {
			if !reach[n.Name] && slices.ContainsFunc(n.Needs, func(d string) bool { return reach[d] }) {
				reach[n.Name], grew = true, true
			}
		}
	}
	return reach
}
