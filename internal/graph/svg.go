package graph

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
)

// Measures of the drawing in pixels.
const (
	boxHeight = 34
	gapX      = 70
	gapY      = 16
	charWidth = 8
	margin    = 20
)

// fill is the colour of a class of nodes: chosen to be told apart in print and
// by colour-blind eyes.
func fill(class string) string {
	colours := map[string]string{"toolchain": "#d9e2ec", "package": "#cfe8cf", "image": "#fde2b8", "source": "#f3f3f3"}
	if c, ok := colours[class]; ok {
		return c
	}
	return "#ffffff"
}

type box struct{ x, y, width int }

// WriteSVG draws the graph from left, what needs nothing, to right.
func (g *Graph) WriteSVG(w io.Writer) {
	boxes, width, height := g.layout()
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", width, height, width, height)
	fmt.Fprintln(w, `<rect width="100%" height="100%" fill="#ffffff"/>`)
	for _, n := range g.nodes {
		for _, d := range n.Needs {
			writeEdge(w, boxes[d], boxes[n.Name])
		}
	}
	for _, n := range g.nodes {
		b := boxes[n.Name]
		fmt.Fprintf(w, `<g><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="#334e68"/>`,
			html.EscapeString(n.Name), b.x, b.y, b.width, boxHeight, fill(n.Class))
		fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="middle" fill="#102a43">%s</text></g>`+"\n",
			b.x+b.width/2, b.y+boxHeight/2+5, html.EscapeString(n.Name))
	}
	fmt.Fprintln(w, `</svg>`)
}

func writeEdge(w io.Writer, from, to box) {
	x1, y1 := from.x+from.width, from.y+boxHeight/2
	x2, y2 := to.x, to.y+boxHeight/2
	mid := (x2 - x1) / 2
	fmt.Fprintf(w, `<path d="M%d %d C%d %d %d %d %d %d" fill="none" stroke="#829ab1"/>`+"\n", x1, y1, x1+mid, y1, x2-mid, y2, x2, y2)
}

// layout puts each node into the column after the last one it needs, and
// orders a column by the mean height of what its nodes need.
func (g *Graph) layout() (boxes map[string]box, width, height int) {
	boxes = map[string]box{}
	x := margin
	for _, column := range g.columns() {
		slices.SortStableFunc(column, func(a, b Node) int { return cmp.Compare(g.weight(a, boxes), g.weight(b, boxes)) })
		widest := 0
		for i, n := range column {
			b := box{x, margin + i*(boxHeight+gapY), len(n.Name)*charWidth + 24}
			boxes[n.Name] = b
			widest = max(widest, b.width)
			height = max(height, b.y+boxHeight+margin)
		}
		x += widest + gapX
	}
	return boxes, x - gapX + margin, height
}

func (g *Graph) columns() [][]Node {
	rank := map[string]int{}
	var rankOf func(name string) int
	rankOf = func(name string) int {
		if r, ok := rank[name]; ok {
			return r
		}
		r := 0
		for _, d := range g.nodes[g.index[name]].Needs {
			r = max(r, rankOf(d)+1)
		}
		rank[name] = r
		return r
	}
	var columns [][]Node
	for _, n := range g.nodes {
		r := rankOf(n.Name)
		for len(columns) <= r {
			columns = append(columns, nil)
		}
		columns[r] = append(columns[r], n)
	}
	return columns
}

func (g *Graph) weight(n Node, boxes map[string]box) float64 {
	if len(n.Needs) == 0 {
		return 0
	}
	sum := 0
	for _, d := range n.Needs {
		sum += boxes[d].y
	}
	return float64(sum) / float64(len(n.Needs))
}
