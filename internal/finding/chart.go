package finding

import (
	"fmt"
	"strings"
)

// chart is the bar chart of a summary, drawn by the template. Measures are in
// units of the drawing, which is 640 wide.
type chart struct {
	Height int
	Label  string // the figures in words
	Bars   []bar
}

type bar struct {
	Name       string
	Count      int
	Top, Text  int // upper edge; base line of the text
	Width, End int // of the bar; where its figure begins
}

const (
	barLeft  = 121
	barSpace = 440 // of the longest bar
	barPitch = 26
)

func newChart(s Summary) chart {
	c := chart{Height: 6*barPitch + 4}
	for _, v := range Severities() {
		c.Bars = append(c.Bars, bar{Name: v.String(), Count: s.Count(v)})
	}
	c.Bars = append(c.Bars, bar{Name: accepted, Count: s.Suppressed + s.Known})
	most := 1
	for _, b := range c.Bars {
		most = max(most, b.Count)
	}
	var words []string
	for i := range c.Bars {
		b := &c.Bars[i]
		b.Top = 4 + i*barPitch
		b.Text = b.Top + 14
		b.Width = b.Count * barSpace / most
		if b.Count > 0 {
			b.Width = max(b.Width, 2)
		}
		b.End = barLeft + b.Width + 8
		words = append(words, fmt.Sprintf("%d %s", b.Count, b.Name))
	}
	c.Label = strings.Join(words, ", ")
	return c
}
