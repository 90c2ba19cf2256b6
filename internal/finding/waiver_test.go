package finding

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func pieAt(file string) Finding {
	return Finding{Rule: "pie", Severity: High, Place: Place{File: file}, Message: "at a fixed address"}
}

func waiver(paths ...string) Waiver {
	return Waiver{Rule: "pie", Paths: paths, Reason: "boot code", Expires: date("2026-06-15"), Place: Place{File: "a.hcl", Line: 7}}
}

func TestWaive(t *testing.T) {
	other := waiver("usr/**")
	other.Rule = "relro"
	second := waiver("usr/bin/*")
	second.Reason = "second"
	done := pieAt("usr/bin/a")
	done.Suppressed = &Suppression{By: "profile", Reason: "not needed"}
	for name, c := range map[string]struct {
		findings []Finding
		waivers  []Waiver
		now      time.Time
		reasons  []string // of the suppression, by finding
		problems []string // rule and message
	}{
		"accepted":             {[]Finding{pieAt("usr/bin/a"), pieAt("usr/lib/b")}, []Waiver{waiver("usr/bin/*")}, day, []string{"boot code", ""}, nil},
		"last second":          {[]Finding{pieAt("a")}, []Waiver{waiver("a")}, date("2026-06-16").Add(-1), []string{"boot code"}, nil},
		"other time zone":      {[]Finding{pieAt("a")}, []Waiver{waiver("a")}, time.Date(2026, 6, 16, 1, 0, 0, 0, time.FixedZone("", 7200)), []string{"boot code"}, nil},
		"expired":              {[]Finding{pieAt("a")}, []Waiver{waiver("a")}, date("2026-06-16"), []string{""}, []string{"waiver-expired: the waiver of pie at a expired on 2026-06-15"}},
		"expired and unused":   {nil, []Waiver{waiver("a", "b")}, date("2027-01-01"), nil, []string{"waiver-expired: the waiver of pie at a, b expired on 2026-06-15"}},
		"unused":               {[]Finding{pieAt("a")}, []Waiver{waiver("b")}, day, []string{""}, []string{"waiver-unused: the waiver of pie matches no finding at b"}},
		"one path unused":      {[]Finding{pieAt("a")}, []Waiver{waiver("a", "b", "c*")}, day, []string{"boot code"}, []string{"waiver-unused: the waiver of pie matches no finding at b", "waiver-unused: the waiver of pie matches no finding at c*"}},
		"other rule":           {[]Finding{pieAt("usr/a")}, []Waiver{other}, day, []string{""}, []string{"waiver-unused: the waiver of relro matches no finding at usr/**"}},
		"two accept":           {[]Finding{pieAt("usr/bin/a")}, []Waiver{waiver("**"), second}, day, []string{"boot code"}, nil},
		"already suppressed":   {[]Finding{done}, []Waiver{waiver("**")}, day, []string{"not needed"}, []string{"waiver-unused: the waiver of pie matches no finding at **"}},
		"nothing to be waived": {nil, nil, time.Time{}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			marked, problems, err := Waive(c.findings, c.waivers, c.now)
			if err != nil {
				t.Fatal(err)
			}
			var reasons, texts []string
			for _, f := range marked {
				reason := ""
				if f.Suppressed != nil {
					reason = f.Suppressed.Reason
				}
				reasons = append(reasons, reason)
			}
			for _, f := range problems {
				texts = append(texts, f.Rule+": "+f.Message)
				if f.Place != c.waivers[0].Place {
					t.Errorf("the problem is at %s", f.Place)
				}
			}
			if diff := cmp.Diff(c.reasons, reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.problems, texts); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWaiverErrors(t *testing.T) {
	with := func(change func(*Waiver)) Waiver {
		w := waiver("a")
		change(&w)
		return w
	}
	bad := map[string]Waiver{
		"names no rule":         with(func(w *Waiver) { w.Rule = "" }),
		"names no path":         with(func(w *Waiver) { w.Paths = nil }),
		"has no reason":         with(func(w *Waiver) { w.Reason = " " }),
		"has no expiry date":    with(func(w *Waiver) { w.Expires = time.Time{} }),
		`path pattern "a**"`:    with(func(w *Waiver) { w.Paths = []string{"a**"} }),
		"cannot be waived":      with(func(w *Waiver) { w.Rule = WaiverUnused }),
		"negative line":         with(func(w *Waiver) { w.Place.Line = -1 }),
		"this rule cannot be":   with(func(w *Waiver) { w.Rule = WaiverExpired }),
		`pattern "": is empty`:  with(func(w *Waiver) { w.Paths = []string{""} }),
		"syntax error in patte": with(func(w *Waiver) { w.Paths = []string{"[a"} }),
	}
	var all []Waiver
	for _, w := range bad {
		all = append(all, w)
	}
	_, _, err := Waive(nil, all, day)
	if err == nil {
		t.Fatal("accepted")
	}
	for want := range bad {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no error says %q:\n%v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "a.hcl:"); n < len(all)-1 {
		t.Errorf("%d errors have their place:\n%v", n, err)
	}
}

// TestWaiversAlwaysFail: no threshold, waiver or baseline gets around a waiver
// that is not in order.
func TestWaiversAlwaysFail(t *testing.T) {
	c := Content{Tool: Tool{Name: "t"}, Waivers: []Waiver{waiver("a")}, Now: day}
	first := mustNew(t, c)
	b := NewBaseline(first)
	if len(b.Entries()) != 0 {
		t.Errorf("the baseline knows %v", b.Entries())
	}
	b.entries = []Entry{{Path: "a.hcl", Rule: "pie", Severity: Critical, Fingerprint: first.Findings[0].Fingerprint}}
	c.Baseline = b
	r := mustNew(t, c)
	if got := r.Failing(Critical); len(got) != 1 || got[0].Rule != WaiverUnused {
		t.Errorf("failing are %v", got)
	}
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"", "2027-6-30", "2027-02-30", "30.06.2027", "2027-06-30T00:00:00Z", " 2027-06-30"} {
		if got, err := ParseDate(s); err == nil {
			t.Errorf("%q is %s", s, got)
		}
	}
	if got := date("2027-06-30"); !got.Equal(time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %s", got)
	}
}
