package resolve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/rpmmd"
	"github.com/dombuild/dombuild/internal/vouch"
)

// provedRepository is a repository's metadata, proved as far as they are signed.
type provedRepository struct {
	what     string // in messages
	want     recipe.Distribution
	keys     *vouch.Keyring
	md       *rpmmd.Repomd
	packages []*rpmmd.Package
}

// rpmVouched proves the pins of one repository: by the signature of its
// repomd.xml, or by those of the packages, whichever the recipe asks for.
func (p *prover) rpmVouched(d lockfile.Distribution, v lockfile.Vouched) {
	by := fmt.Sprintf("%s of %s %s, repository %s, of %s, signed by %s", v.Kind, d.Name, d.Suite, v.Repository, v.Date.Format(time.DateOnly), strings.Join(v.Signers, ", "))
	r, err := p.repository(d, v)
	if record, ok := filelistsOf(r); ok && slices.Contains(v.Indexes, indexOf(record)) {
		p.described.filelists = append(p.described.filelists, filelists{indexOf(record), record})
	}
	for _, pin := range v.Debs {
		p.note(pin.Digest, by, firstOf(err, func() error {
			pkg, err := r.find(pin)
			p.described.rpms[pin.Name] = pkg
			if err != nil || v.Kind != lockfile.RPMHeader {
				return err
			}
			return p.header(r, pin, pkg.NEVRA)
		}))
	}
}

// filelistsOf returns what repomd.xml says of filelists.xml, if it was proved.
func filelistsOf(r *provedRepository) (rpmmd.Record, bool) {
	if r == nil || r.md == nil {
		return rpmmd.Record{}, false
	}
	record, ok := r.md.Records["filelists"]
	return record, ok
}

// repository reads repomd.xml and primary.xml and compares them with the lock.
func (p *prover) repository(d lockfile.Distribution, v lockfile.Vouched) (*provedRepository, error) {
	r := &provedRepository{what: fmt.Sprintf("repomd.xml of %s %s, repository %s", d.Name, d.Suite, v.Repository)}
	i := slices.IndexFunc(p.recipe.Distributions, func(w recipe.Distribution) bool { return w.Address == d.Address })
	if i < 0 || p.recipe.Distributions[i].VouchedBy != v.Kind {
		return nil, &UntrustedError{What: r.what, Reason: "the recipe has no such distribution, or asks for another kind of vouching"}
	}
	r.want = p.recipe.DemandedOf(p.recipe.Distributions[i])
	data, err := p.read(lockfile.Evidence{Name: lockfile.EvidenceRepomd, Digest: v.Digest, Size: v.Size, Of: d.Address}, rpmmd.MaxRepomd)
	if err != nil {
		return nil, err
	}
	if r.keys, err = openKeyring(r.want.Keyring); err != nil {
		return nil, err
	}
	if n := int64(len(r.want.Keyring.Content)); v.KeyringSize != 0 && v.KeyringSize != n {
		return nil, contradiction(r.what, "the keyring has %d bytes, and the lock says %d", n, v.KeyringSize)
	}
	if v.Kind == lockfile.Repomd {
		if err := p.repomdSignature(r, d, v, data); err != nil {
			return nil, err
		}
	}
	if r.md, err = rpmmd.ParseRepomd(data); err != nil {
		return nil, &UntrustedError{What: r.what, Reason: "it cannot be read", Err: err}
	}
	if date := r.md.Date(); !date.Equal(v.Date) || r.md.Revision != v.Revision {
		return nil, contradiction(r.what, "it is revision %q of %s, and the lock says %q of %s", r.md.Revision, shown(date), v.Revision, shown(v.Date))
	}
	return r, p.primary(r, d, v)
}

// repomdSignature verifies the detached signature of repomd.xml.
func (p *prover) repomdSignature(r *provedRepository, d lockfile.Distribution, v lockfile.Vouched, repomd []byte) error {
	i := slices.IndexFunc(v.Indexes, func(i lockfile.Index) bool { return i.Path == signaturePath })
	if i < 0 {
		return contradiction(r.what, "it has to be signed, and the lock names no %s", signaturePath)
	}
	signature, err := p.read(indexEvidence(d, v.Indexes[i]), maxSignature)
	if err != nil {
		return err
	}
	good, err := r.keys.Detached(signature, bytes.NewReader(repomd), terms(r.want, p.evidence.AsOf))
	if err != nil {
		return &UntrustedError{What: r.what, Reason: "it is not signed by " + enoughKeys(r.want), Err: err}
	}
	return sameSigners(r.what, v.Signers, v.SignedAt, good)
}

func indexEvidence(d lockfile.Distribution, i lockfile.Index) lockfile.Evidence {
	return lockfile.Evidence{Name: lockfile.EvidenceIndex, Digest: i.Digest, Size: i.Size, Path: i.Path, Of: d.Address}
}

// primary compares the indexes of the lock with those that repomd.xml names,
// and reads the packages.
func (p *prover) primary(r *provedRepository, d lockfile.Distribution, v lockfile.Vouched) error {
	named := map[lockfile.Index]rpmmd.Record{}
	for _, record := range r.md.Records {
		named[indexOf(record)] = record
	}
	for _, i := range v.Indexes {
		if _, ok := named[i]; !ok && (i.Path != signaturePath || v.Kind != lockfile.Repomd) {
			return contradiction(r.what, "it names no index %s of %d bytes, %s", i.Path, i.Size, i.Digest)
		}
	}
	record := r.md.Records["primary"]
	if !slices.Contains(v.Indexes, indexOf(record)) {
		return contradiction(r.what, "it names %s, and the lock does not", record.Path)
	}
	data, err := p.read(indexEvidence(d, indexOf(record)), rpmmd.MaxFile)
	if err != nil {
		return err
	}
	text, err := unpackIndex(record, data)
	if err == nil {
		defer text.Close()
		err = rpmmd.ReadPrimary(text, []string{d.Architecture, "noarch"}, func(pkg *rpmmd.Package) error {
			r.packages = append(r.packages, pkg)
			return nil
		})
	}
	if err != nil {
		return contradiction("index "+record.Path, "%v", err)
	}
	return nil
}

func indexOf(r rpmmd.Record) lockfile.Index {
	return lockfile.Index{Path: r.Path, Digest: r.Digest, Size: r.Size}
}

// find returns the package of the metadata that is what the lock says.
func (r *provedRepository) find(pin lockfile.Deb) (*rpmmd.Package, error) {
	var have []string
	for _, pkg := range r.packages {
		said := rpmPin(pkg)
		said.Signer, said.SignedAt = pin.Signer, pin.SignedAt
		if said == pin {
			return pkg, nil
		}
		if pkg.Name == pin.Name {
			have = append(have, fmt.Sprintf("%s %s (%s, %d bytes, %s)", said.Version, said.Architecture, said.Filename, said.Size, said.Digest))
		}
	}
	what := fmt.Sprintf("package %s %s", pin.Name, pin.Version)
	if len(have) == 0 {
		return nil, contradiction(what, "no index that was consulted names it")
	}
	return nil, contradiction(what, "the index has %s, and the lock says %s %s (%s, %d bytes, %s)", strings.Join(have, " and "),
		pin.Version, pin.Architecture, pin.Filename, pin.Size, pin.Digest)
}

// header verifies a package's own signature.
func (p *prover) header(r *provedRepository, pin lockfile.Deb, is rpm.NEVRA) error {
	what := fmt.Sprintf("package %s %s", pin.Name, pin.Version)
	f, err := p.spool(lockfile.Evidence{Name: "package " + pin.Name, Digest: pin.Digest, Size: pin.Size, Of: r.want.Address})
	if err != nil {
		return err
	}
	defer f.Close()
	good, err := verifyPackage(f, is, r.keys, terms(r.want, p.evidence.AsOf))
	if err != nil {
		return &UntrustedError{What: what, Reason: "no key of " + r.want.Keyring.Path + " vouches for it", Err: err}
	}
	if good.Signer != pin.Signer || !good.At.Equal(pin.SignedAt) {
		return contradiction(what, "it was signed by %s at %s, and the lock says %s at %s", good.Signer, shown(good.At), pin.Signer, shown(pin.SignedAt))
	}
	return nil
}

// spooled is a file without a name.
type spooled struct {
	*os.File
	size int64
}

func (s spooled) Size() int64 { return s.size }

// spool copies evidence that is read at several places, and may be large, into
// a file without a name, and checks its size and digest.
func (p *prover) spool(e lockfile.Evidence) (f spooled, err error) {
	in, err := p.evidence.Open(p.ctx, e.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return f, &MissingError{Evidence: e}
	}
	if err != nil {
		return f, &MissingError{e, err}
	}
	defer in.Close()
	if f.File, err = os.CreateTemp("", "evidence-"); err != nil {
		return f, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := os.Remove(f.Name()); err != nil {
		return f, err
	}
	sum := e.Digest.Algorithm().Digester()
	if f.size, err = io.Copy(io.MultiWriter(f, sum.Hash()), in); err != nil {
		return f, &MissingError{e, err}
	}
	return f, sameBytes(e, sum.Digest(), f.size)
}

// sameBytes checks the digest and size of evidence that was read.
func sameBytes(e lockfile.Evidence, got digest.Digest, size int64) error {
	if got != e.Digest {
		return &IntegrityError{What: e.String(), Want: e.Digest, Got: got, From: "the store"}
	}
	if e.Size >= 0 && size != e.Size {
		return contradiction(e.String(), "it has %d bytes, and the lock says %d", size, e.Size)
	}
	return nil
}
