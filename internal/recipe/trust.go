package recipe

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Trust says what vouches for an http source other than a digest in the recipe.
type Trust struct {
	FirstUse   bool     `json:"first_use,omitempty"` // nothing does: lock learns the digest when it first sees the file
	Signature  string   `json:"signature,omitempty"` // URL of a detached signature: over the file or, with Checksums, over these
	Checksums  string   `json:"checksums,omitempty"` // URL of a checksum file; without Signature it holds its signature
	File       string   `json:"file,omitempty"`      // what whoever signs calls the file
	Covers     string   `json:"covers,omitempty"`    // what Signature is over: CoversFile or CoversUncompressed
	Keyring    File     `json:"keyring"`             // keys of OpenPGP, minisign or signify
	Signers    []string `json:"signers,omitempty"`   // only these keys count; sorted
	MinSigners int      `json:"min_signers,omitempty"`
}

// SignedName returns what whoever signs calls the file: Trust.File, else the
// last part of the URL.
func (h HTTP) SignedName() string {
	if h.Trust != nil && h.Trust.File != "" {
		return h.Trust.File
	}
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}

// What a signature of an http source covers.
const (
	CoversFile         = "file"
	CoversUncompressed = "uncompressed"
)

// maxSigners bounds min_signers.
const maxSigners = 64

// trust decodes what vouches for an http source; nil when only a digest does.
func (d decoder) trust(pinned bool) *Trust {
	t := &Trust{MinSigners: d.minSigners()}
	var keyed bool
	if word, at, ok := d.str("trust", ""); ok {
		t.FirstUse = d.word("trust", item{word, at}, []string{"first-use"})
	}
	t.Signature = d.address("signature")
	t.Checksums = d.address("checksums")
	t.Covers = d.enum("covers", "", []string{CoversFile, CoversUncompressed})
	t.File = d.matching("file", "", fileName, "the name of a file")
	if name, at, ok := d.str("keyring", ""); ok {
		keyed = true
		t.Keyring, _ = d.file(item{name, at})
	}
	t.Signers = d.signers()
	d.checkTrust(t, pinned)
	if !t.FirstUse && t.Signature == "" && t.Checksums == "" && !keyed {
		return nil
	}
	if t.Signature != "" && t.Checksums == "" && t.Covers == "" {
		t.Covers = CoversFile
	}
	return t
}

var fileName = regexp.MustCompile(`^[^\s/\\]([^\\]*[^\s/\\])?$`)

// address reads an attribute that is a URL.
func (d decoder) address(name string) string {
	return d.matching(name, "", validURL, "an http or https address of a file, without user name and fragment")
}

var signerForm = regexp.MustCompile(`^([0-9A-F]{40}|[0-9A-F]{64}|RW[A-Za-z0-9+/]{54})$`)

// signers reads fingerprints, which may be written with spaces and in small
// letters, and public keys of minisign and signify.
func (d decoder) signers() []string {
	var list []string
	for _, s := range d.strings("signers", true) {
		if !signerForm.MatchString(s.text) {
			s.text = strings.ToUpper(strings.ReplaceAll(s.text, " ", ""))
		}
		if d.matches("signers", s, signerForm, "a list of whole fingerprints of primary keys (40 or 64 hexadecimal digits), or of public keys of minisign or signify") &&
			!slices.Contains(list, s.text) {
			list = append(list, s.text)
		}
	}
	return sorted(list)
}

// checkTrust reports attributes that say nothing together.
func (d decoder) checkTrust(t *Trust, pinned bool) {
	has := func(name string) bool { return d.body.Attributes[name] != nil }
	at := func(name string) hcl.Range { return d.body.Attributes[name].NameRange }
	signed := has("signature") || has("checksums")
	switch {
	case t.FirstUse && (pinned || signed || has("keyring")):
		d.add(problem(at("trust"), "Conflicting attributes", `trust = "first-use" is for a file that nothing vouches for; here a digest or a signature does. Remove it.`))
	case signed && !has("keyring"):
		d.add(problem(d.at, "Missing attribute", "%s has a signature and needs the attribute \"keyring\": the keys that may sign.", sentence(d.what)))
	case has("keyring") && !signed:
		d.add(problem(at("keyring"), "Missing attribute", "A keyring is for a signature: name its address in signature, or that of a signed checksum file in checksums."))
	}
	for _, name := range []string{"signers", "min_signers", "file"} {
		if has(name) && !signed {
			d.add(problem(at(name), "Conflicting attributes", "%s is for a signature, and %s has none.", name, d.what))
		}
	}
	if has("covers") && (has("checksums") || !has("signature")) {
		d.add(problem(at("covers"), "Conflicting attributes", "covers says what a signature of the file itself is over. A checksum file is always signed as it is."))
	}
}

// Policy is what a recipe demands of everything that vouches for its pins.
type Policy struct {
	NoFirstUse  bool          `json:"no_first_use,omitempty"`
	MinSigners  int           `json:"min_signers,omitempty"`
	MaxAge      time.Duration `json:"max_age,omitempty"`      // of a signed Release file when lock reads it
	AllowWeaker bool          `json:"allow_weaker,omitempty"` // a new lock may be vouched for more weakly than the old one
	Range       hcl.Range     `json:"-"`
}

// policyShape is the policy block.
var policyShape = shape{attrs: []string{"first_use", "min_signers", "max_age", "weaker"}}

// Demands returns the recipe's policy, or that of a recipe that has none.
func (r *Recipe) Demands() Policy {
	if r.Policy == nil {
		return Policy{}
	}
	return *r.Policy
}

// DemandedOf returns a distribution with what the policy demands of it. The
// policy is a floor: the stricter of the two holds.
func (r *Recipe) DemandedOf(d Distribution) Distribution {
	p := r.Demands()
	d.MinSigners, d.MaxAge = max(d.MinSigners, p.MinSigners), stricter(d.MaxAge, p.MaxAge)
	return d
}

// DemandedOfSource returns a source with what the policy demands of it.
func (r *Recipe) DemandedOfSource(s Source) Source {
	if s.HTTP == nil || s.HTTP.Trust == nil || s.HTTP.Trust.FirstUse {
		return s
	}
	h, t := *s.HTTP, *s.HTTP.Trust
	t.MinSigners = max(t.MinSigners, r.Demands().MinSigners)
	h.Trust, s.HTTP = &t, &h
	return s
}

// stricter returns the smaller age; 0 is no limit.
func stricter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// policy decodes the policy block.
func (d decoder) policy() Policy {
	first, _, said := d.get("first_use", cty.Bool)
	return Policy{
		NoFirstUse: said && first.False(), MinSigners: d.minSigners(), MaxAge: d.age("max_age"),
		AllowWeaker: d.enum("weaker", "refuse", []string{"refuse", "allow"}) == "allow", Range: d.at,
	}
}

func (d decoder) minSigners() int { return int(d.integer("min_signers", 0, 1, maxSigners)) }

var ageText = regexp.MustCompile(`^([0-9]{1,5})(d|h)$`)

// age reads a number of days or hours, such as "14d".
func (d decoder) age(name string) time.Duration {
	s, at, ok := d.str(name, "")
	if !ok {
		return 0
	}
	if m := ageText.FindStringSubmatch(s); m != nil {
		unit := map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour}[m[2]]
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			return time.Duration(n) * unit
		}
	}
	d.add(problem(at, "Invalid age", "%s is a number of days or hours, such as \"14d\" or \"36h\".", name))
	return 0
}
