package finding

import "fmt"

// Section is a table that a verb adds to the HTML page, before the findings.
type Section struct {
	Title   string
	Note    string // one paragraph above the table; may be empty
	Columns []string
	Rows    [][]string // each as long as Columns
}

func (s Section) check() error {
	if s.Title == "" {
		return fmt.Errorf("a section has no title")
	}
	for i, row := range s.Rows {
		if len(row) != len(s.Columns) {
			return fmt.Errorf("section %q: row %d has %d cells, not %d", s.Title, i+1, len(row), len(s.Columns))
		}
	}
	return nil
}
