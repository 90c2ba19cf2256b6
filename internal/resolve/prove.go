package resolve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/rpmmd"
	"github.com/dombuild/dombuild/internal/vouch"
)

// Verdict says what evidence has shown of a pin.
type Verdict string

// The verdicts. FirstUse is a pin that nobody vouches for and that the recipe
// takes nevertheless: there is nothing to prove it by.
const (
	Proved   Verdict = "proved"
	Refuted  Verdict = "refuted"
	Unproven Verdict = "not proven"
	FirstUse Verdict = "first use"
)

// Proof is what became of one pin.
type Proof struct {
	Pin     lockfile.Pin
	Verdict Verdict
	By      string // who vouches
	Err     error  // why it is not proved; *UntrustedError or *IntegrityError
}

// Open returns the bytes of a blob. That there is none is fs.ErrNotExist.
type Open func(ctx context.Context, d digest.Digest) (io.ReadCloser, error)

// Evidence is where Prove finds what vouches for pins, and the time as of which
// it judges signatures: zero is the time that each says it was made.
type Evidence struct {
	Open Open
	Tree ProveTree // nil: trees are not proved
	AsOf time.Time
}

// Prove derives every digest of a lock again from the evidence, without a
// network. The lock must fit the recipe. The error is one of reading, not a
// verdict; or, with all the proofs, an *IncompleteError.
func Prove(ctx context.Context, r *recipe.Recipe, l *lockfile.Lock, e Evidence) ([]Proof, error) {
	p := &prover{ctx: ctx, recipe: r, evidence: e, about: map[digest.Digest]Proof{}}
	c := l.Content()
	incomplete := &IncompleteError{}
	for _, d := range c.Distributions {
		p.described = described{rpms: map[string]*rpmmd.Package{}, debs: map[string]*binary{}}
		for _, v := range d.Vouched {
			if d.Type == recipe.RPM {
				p.rpmVouched(d, v)
			} else {
				p.vouched(d, v)
			}
		}
		if err := p.described.closed(p, d, c.Toolchains, incomplete); err != nil {
			return nil, fmt.Errorf("checking that the pins of %s are complete: %w", d.Address, err)
		}
	}
	for _, s := range c.Sources {
		switch {
		case s.Tree != nil:
			p.tree(s)
		case s.URL != "":
			p.source(s)
		}
	}
	var proofs []Proof
	for _, pin := range l.Pins() {
		proof, ok := p.about[pin.Digest]
		if !ok {
			proof = Proof{Verdict: Unproven, Err: &UntrustedError{What: pin.String(), Reason: "nothing in the lock vouches for it in a way that can be proved"}}
		}
		proof.Pin = pin
		proofs = append(proofs, proof)
	}
	if err := ctx.Err(); err != nil || incomplete.empty() {
		return proofs, err
	}
	return proofs, incomplete
}

type prover struct {
	ctx       context.Context // of one call of Prove
	recipe    *recipe.Recipe
	evidence  Evidence
	about     map[digest.Digest]Proof // by the digest of the pin
	described described               // of the distribution that is being proved
}

// note records a verdict; what refutes or leaves open is not overwritten.
func (p *prover) note(d digest.Digest, by string, err error) {
	if before, ok := p.about[d]; ok && before.Err != nil {
		return
	}
	proof := Proof{Verdict: Proved, By: by, Err: err}
	var missing *MissingError
	switch {
	case errors.As(err, &missing):
		proof.Verdict = Unproven
	case err != nil:
		proof.Verdict = Refuted
	}
	p.about[d] = proof
}

// noteFirstUse records that nobody vouches for a pin and that the recipe takes
// it so. What was refuted under the same digest, where another pin asks for
// more, stays refuted.
func (p *prover) noteFirstUse(d digest.Digest, by string) {
	if p.note(d, by, nil); p.about[d].Err == nil {
		p.about[d] = Proof{Verdict: FirstUse, By: by}
	}
}

// MissingError says that evidence is not there, or cannot be read.
type MissingError struct {
	Evidence lockfile.Evidence
	Err      error // of reading it; nil: it is not there
}

func (e *MissingError) Error() string {
	s := fmt.Sprintf("the evidence is missing: the %s (%s) is not in the store", e.Evidence, e.Evidence.Digest)
	if e.Evidence.Digest == "" {
		s = fmt.Sprintf("the evidence is missing: the lock does not name the %s", e.Evidence)
	}
	if e.Err != nil {
		s = fmt.Sprintf("the evidence cannot be read: the %s: %v", e.Evidence, e.Err)
	}
	return s
}

func (e *MissingError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *MissingError) Hint() string {
	return "dombuild fetch gets evidence again as long as a mirror has it; dombuild update pins what mirrors have now"
}

// read returns evidence, whose size and digest are those of the lock.
func (p *prover) read(e lockfile.Evidence, limit int64) ([]byte, error) {
	r, err := p.evidence.Open(p.ctx, e.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{Evidence: e}
	}
	if err != nil {
		return nil, &MissingError{e, err}
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &MissingError{e, err}
	}
	return data, sameBytes(e, e.Digest.Algorithm().FromBytes(data), int64(len(data)))
}

// contradiction says that a lock does not say what the evidence does.
func contradiction(what, format string, args ...any) error {
	return &UntrustedError{What: what, Reason: "the evidence contradicts the lock: " + fmt.Sprintf(format, args...),
		Remedy: "somebody has changed the lock: take the last one that you trust, or run dombuild update and look at what changes"}
}

// vouched proves the pins of one Release file.
func (p *prover) vouched(d lockfile.Distribution, v lockfile.Vouched) {
	by := fmt.Sprintf("%s of %s %s of %s, signed by %s", v.Kind, d.Name, d.Suite, v.Date.Format(time.DateOnly), strings.Join(v.Signers, ", "))
	r, err := p.release(d, v)
	debs, errDebs := p.debs(d, v, r, err)
	for _, deb := range v.Debs {
		p.note(deb.Digest, by, firstOf(errDebs, func() error {
			b, err := debs.find(deb)
			p.described.debs[deb.Name] = b
			return err
		}))
	}
	if debs != nil {
		p.described.essential = append(p.described.essential, debs.essential...)
	}
	dscs, errDscs := p.dscs(d, v, r, err)
	for _, dsc := range v.Dscs {
		err := firstOf(errDscs, func() error { return sameDsc(dsc, dscs[dsc.Name]) })
		for _, f := range dsc.Files {
			p.note(f.Digest, by, err)
		}
	}
}

func firstOf(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// release verifies the InRelease file and that the lock says what it does.
func (p *prover) release(d lockfile.Distribution, v lockfile.Vouched) (*release, error) {
	what := fmt.Sprintf("InRelease of %s %s", d.Name, d.Suite)
	i := slices.IndexFunc(p.recipe.Distributions, func(w recipe.Distribution) bool { return w.Address == d.Address })
	if i < 0 || v.Kind != lockfile.InRelease {
		return nil, &UntrustedError{What: what, Reason: "the recipe has no such distribution, or no such kind of vouching can be proved"}
	}
	want := p.recipe.DemandedOf(p.recipe.Distributions[i])
	data, err := p.read(lockfile.Evidence{Name: lockfile.EvidenceRelease, Digest: v.Digest, Size: v.Size, Of: d.Address}, maxInRelease)
	if err != nil {
		return nil, err
	}
	keys, err := readKeyring(want.Keyring)
	if err != nil {
		return nil, err
	}
	text, good, err := vouch.Clearsigned(data, keys, vouch.Terms{Signers: want.Signers, Min: want.MinSigners, Now: p.evidence.AsOf})
	if err != nil {
		return nil, &UntrustedError{What: what, Reason: "it is not signed by " + enoughKeys(want), Err: err}
	}
	r, err := parseRelease(text)
	if err != nil {
		return nil, &UntrustedError{What: what, Reason: "its signed text cannot be read", Err: err}
	}
	if r.suite != want.Suite && r.codename != want.Suite {
		return nil, contradiction(what, "it is of suite %q, codename %q", r.suite, r.codename)
	}
	if v.KeyringSize != 0 && v.KeyringSize != int64(len(want.Keyring.Content)) {
		return nil, contradiction(what, "the keyring has %d bytes, and the lock says %d", len(want.Keyring.Content), v.KeyringSize)
	}
	if err := sameSigners(what, v.Signers, v.SignedAt, good); err != nil {
		return nil, err
	}
	for _, same := range []struct{ name, lock, file string }{
		{"origin", v.Origin, r.origin}, {"suite", v.Suite, r.suite}, {"codename", v.Codename, r.codename},
		{"date", shown(v.Date), shown(r.date)}, {"valid_until", shown(v.ValidUntil), shown(r.validUntil)},
	} {
		if same.lock != same.file && (same.name != "valid_until" || v.KeyringSize != 0) {
			return nil, contradiction(what, "%s is %q, and the lock says %q", same.name, same.file, same.lock)
		}
	}
	for _, i := range v.Indexes {
		if !consulted(want, i.Path) {
			return nil, contradiction(what, "index %s is not of the components and the architecture that the recipe asks for", i.Path)
		}
		if file, ok := r.files[i.Path]; !ok || file != i {
			return nil, contradiction(what, "index %s is %s of %d bytes, and the lock says %s of %d bytes", i.Path, file.Digest, file.Size, i.Digest, i.Size)
		}
	}
	return r, nil
}

// consulted reports whether an index lies where load looks for those of a
// distribution: a Release file signs those of all components and architectures.
func consulted(d recipe.Distribution, index string) bool {
	component, kind := path.Split(path.Dir(index))
	return slices.Contains(d.Components, strings.TrimSuffix(component, "/")) &&
		slices.Contains([]string{"binary-" + d.Architecture, "binary-all", "source"}, kind)
}

func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// sameSigners checks that those whom the lock names have signed, and when.
func sameSigners(what string, signers []string, at time.Time, good []vouch.Signature) error {
	var named []vouch.Signature
	for _, s := range good {
		if slices.Contains(signers, s.Signer) {
			named = append(named, s)
		}
	}
	if have := vouch.Signers(named); !slices.Equal(have, signers) {
		return contradiction(what, "it is signed by %s, and the lock says %s", strings.Join(vouch.Signers(good), ", "), strings.Join(signers, ", "))
	}
	if !at.IsZero() && !at.Equal(vouch.Latest(named)) {
		return contradiction(what, "it was signed at %s, and the lock says %s", shown(vouch.Latest(named)), shown(at))
	}
	return nil
}

// texts returns the texts of the indexes whose path ends in name.
func (p *prover) texts(d lockfile.Distribution, v lockfile.Vouched, r *release, name string) ([]string, error) {
	var texts []string
	for _, i := range v.Indexes {
		if base := path.Base(i.Path); strings.TrimSuffix(base, path.Ext(base)) != name && base != name {
			continue
		}
		data, err := p.read(lockfile.Evidence{Name: lockfile.EvidenceIndex, Digest: i.Digest, Size: i.Size, Path: i.Path, Of: d.Address}, maxIndex)
		if err != nil {
			return nil, err
		}
		text, err := decompress(i, data, r)
		if err != nil {
			return nil, contradiction("index "+i.Path, "%v", err)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func (p *prover) debs(d lockfile.Distribution, v lockfile.Vouched, r *release, err error) (*universe, error) {
	if err != nil || len(v.Debs) == 0 {
		return nil, err
	}
	texts, err := p.texts(d, v, r, "Packages")
	if err != nil {
		return nil, err
	}
	return newUniverse(d.Architecture, texts)
}

// find returns the package of the indexes that is what the lock says.
func (u *universe) find(pin lockfile.Deb) (*binary, error) {
	what := fmt.Sprintf("package %s %s", pin.Name, pin.Version)
	var have []string
	for _, b := range u.byName[pin.Name] {
		deb, err := b.deb()
		if err == nil && deb == pin {
			return b, nil
		}
		have = append(have, fmt.Sprintf("%s %s (%s, %s bytes, sha256:%s)", b.version, b.arch, b.filename, b.size, b.sha256))
	}
	if len(have) == 0 {
		return nil, contradiction(what, "no index that was consulted names it")
	}
	return nil, contradiction(what, "the index has %s, and the lock says %s %s (%s, %d bytes, %s)", strings.Join(have, " and "),
		pin.Version, pin.Architecture, pin.Filename, pin.Size, pin.Digest)
}

func (p *prover) dscs(d lockfile.Distribution, v lockfile.Vouched, r *release, err error) (map[string][]sourceStanza, error) {
	if err != nil || len(v.Dscs) == 0 {
		return nil, err
	}
	texts, err := p.texts(d, v, r, "Sources")
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, dsc := range v.Dscs {
		names[dsc.Name] = true
	}
	found, _, err := readSources(texts, names)
	return found, err
}

func sameDsc(pin lockfile.Dsc, list []sourceStanza) error {
	what := fmt.Sprintf("source package %s %s", pin.Name, pin.Version)
	var versions []string
	for _, s := range list {
		versions = append(versions, s.version)
		if s.version != pin.Version {
			continue
		}
		files, err := s.files()
		if err != nil {
			return contradiction(what, "%v", err)
		}
		want := trimmed(lockfile.Dsc{Files: files}, pin.Patches).Files
		slices.SortFunc(want, func(a, b lockfile.File) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(want, pin.Files) {
			return contradiction(what, "the index has other files: %v, and the lock says %v", want, pin.Files)
		}
		return nil
	}
	if len(versions) == 0 {
		return contradiction(what, "no index that was consulted names it")
	}
	return contradiction(what, "the index has version %s", strings.Join(versions, ", "))
}
