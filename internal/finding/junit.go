package finding

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Case is one thing that was judged, for viewers of test results: it failed if
// it has active findings.
type Case struct {
	Class    string  // what it is a part of: "package"
	Name     string  // unique within the class
	Seconds  float64 // how long that took; 0: not known
	Findings []Finding
	Skipped  string // why it was not judged; "": it was
}

// The elements of JUnit's report, as Jenkins, GitLab and GitHub's viewers read
// it: the schema junit-10.xsd of Jenkins' xUnit plugin.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure"`
		Skipped *junitMessage `xml:"skipped"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// SaveJUnit writes cases as a JUnit report of one suite to a file, which
// appears whole or stays what it was.
func SaveJUnit(file, suite string, cases []Case) error {
	return SaveFile(file, func(w io.Writer) error { return WriteJUnit(w, suite, cases) })
}

// WriteJUnit writes cases, in their order, as a JUnit report of one suite. What
// XML cannot hold is escaped as in Visible.
func WriteJUnit(w io.Writer, suite string, cases []Case) error {
	s := junitSuite{Name: Visible(suite), Tests: len(cases)}
	total := 0.0
	for _, c := range cases {
		j := c.junit()
		if j.Failure != nil {
			s.Failures++
		}
		if j.Skipped != nil {
			s.Skipped++
		}
		total += c.Seconds
		s.Cases = append(s.Cases, j)
	}
	s.Time = seconds(total)
	doc := junitSuites{Name: s.Name, Tests: s.Tests, Failures: s.Failures, Time: s.Time, Suites: []junitSuite{s}}
	b := bufio.NewWriter(w)
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("writing a JUnit report: %w", err)
	}
	b.WriteByte('\n')
	return b.Flush()
}

func (c Case) junit() junitCase {
	j := junitCase{Class: Visible(c.Class), Name: Visible(c.Name), Time: seconds(c.Seconds)}
	if c.Skipped != "" {
		j.Skipped = &junitMessage{Message: Visible(c.Skipped)}
		return j
	}
	var text strings.Builder
	for _, f := range c.Findings {
		if !f.Active() {
			continue
		}
		if j.Failure == nil {
			j.Failure = &junitMessage{Message: Visible(f.Message), Type: Visible(f.Rule)}
		}
		fmt.Fprintf(&text, "%s %s: %s\n", Visible(f.Rule), f.Place, Visible(f.Message))
		for _, e := range f.Evidence {
			fmt.Fprintf(&text, "  %s\n", Visible(e))
		}
		if f.Remedy != "" {
			fmt.Fprintf(&text, "  remedy: %s\n", Visible(f.Remedy))
		}
	}
	if j.Failure != nil {
		j.Failure.Text = text.String()
	}
	return j
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
