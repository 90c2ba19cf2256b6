package plan

import (
	"archive/tar"
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Where a step finds what it reads. These paths are the same in every environment.
const (
	SourcesDir = "/sources"
	InputsDir  = "/inputs"
	ToolsDir   = "/dombuild" // the scripts of the step itself
)

func (b *builder) pkg(p recipe.Package) error {
	s := Step{
		Name: string(p.Address), Kind: KindPackage, Address: p.Address,
		Root: string(p.Toolchain), Outputs: p.Outputs, Kconfig: p.Kconfig,
		Place: p.ScriptRange, Host: b.env, Profile: b.recipe.HardeningProfile(p.Hardening), Except: p.Hardening.Except,
	}
	for _, in := range p.Inputs {
		s.Trees = append(s.Trees, TreeMount{string(in), path.Join(InputsDir, b.packageName(in))})
	}
	var primary []unpack
	for i, addr := range p.Sources {
		src, err := b.source(addr)
		if err != nil {
			return err
		}
		mounts, how, err := b.mountSource(src)
		if err != nil {
			return err
		}
		s.Blobs = append(s.Blobs, mounts...)
		if i == 0 {
			primary = how
		}
	}
	var err error
	if s.Compiler, err = b.compiler(p.Toolchain); err != nil {
		return err
	}
	enforced := s.Profile.Without(exceptedEverywhere(s.Except))
	s.Env = b.variables(p.Environment, enforced.Environment(b.env.BuildDir, s.Compiler))
	before, after := prologue(primary), epilogue(p.Outputs)
	if b.wraps(p.Toolchain) {
		before, after = makeCalls+before, after+takeCalls
	}
	s.Files = b.scripts(s, p.Name, before, p.Script, after)
	if err := b.wrap(&s, p.Toolchain, enforced); err != nil {
		return err
	}
	b.vary(&s)
	return b.add(s)
}

func (b *builder) packageName(a recipe.Address) string {
	for _, p := range b.recipe.Packages {
		if p.Address == a {
			return p.Name
		}
	}
	return string(a)
}

func (b *builder) source(a recipe.Address) (recipe.Source, error) {
	for _, s := range b.recipe.Sources {
		if s.Address == a {
			return s, nil
		}
	}
	return recipe.Source{}, fmt.Errorf("no source %s", a)
}

// unpack is one command of the prologue that fills the working directory.
type unpack struct {
	archive string // absolute path; a directory for a local source
	into    string // below the working directory
	strip   bool   // drop the leading directory
	patches bool   // afterwards apply debian/patches/series
	copy    bool   // not an archive: copy what lies in the directory
	times   bool   // with the times it has: make must not see one file before the other
}

func (b *builder) mountSource(src recipe.Source) ([]BlobMount, []unpack, error) {
	dir := path.Join(SourcesDir, src.Name)
	if src.Local != nil {
		blob, err := b.localTar(src)
		if err != nil {
			return nil, nil, err
		}
		m := BlobMount{Digest: blob.Digest, Size: int64(len(blob.Content)), Target: dir, Unpack: true}
		return []BlobMount{m}, []unpack{{archive: dir, copy: true}}, nil
	}
	if t, ok := b.lock.Tree(src.Address); ok {
		m := BlobMount{Digest: t.Digest, Size: t.Size, Target: dir, Unpack: true}
		return []BlobMount{m}, []unpack{{archive: dir, copy: true, times: true}}, nil
	}
	files, err := b.lock.Source(src.Address)
	if err != nil {
		return nil, nil, err
	}
	var mounts []BlobMount
	var how []unpack
	for _, f := range files {
		if src.Dsc != nil && !src.Dsc.Patches && lockfile.IsPackaging(f.Name) {
			continue // pinned for another source of the same package
		}
		mounts = append(mounts, BlobMount{Digest: f.Digest, Size: f.Size, Target: dir, Name: f.Name})
		if u, ok := unpackFile(src, f.Name); ok {
			u.archive = path.Join(dir, f.Name)
			how = append(how, u)
		}
	}
	// the upstream archive first, its components and debian/ into it
	slices.SortStableFunc(how, func(x, y unpack) int { return strings.Compare(x.into, y.into) })
	return mounts, how, nil
}

// unpackFile says what becomes of one file of a primary source, by dpkg's
// naming: NAME_VERSION.orig.tar.EXT is the tree, .orig-COMPONENT.tar.EXT goes
// into COMPONENT, .debian.tar.EXT holds the patches.
func unpackFile(src recipe.Source, name string) (unpack, bool) {
	stem, compression, isTar := strings.Cut(name, ".tar")
	if !isTar || !slices.Contains([]string{"", ".gz", ".xz", ".bz2", ".zst", ".lzma"}, compression) {
		return unpack{}, false
	}
	if src.Dsc == nil {
		return unpack{strip: true}, true
	}
	if strings.HasSuffix(stem, ".debian") {
		return unpack{into: "debian", strip: true, patches: true}, true
	}
	if _, component, ok := strings.Cut(stem, ".orig-"); ok {
		return unpack{into: component, strip: true}, true
	}
	return unpack{strip: true}, true
}

// localTar packs a local source. The bytes depend on names, contents and
// executable bits only.
func (b *builder) localTar(src recipe.Source) (LocalBlob, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range src.Local.Files {
		mode := int64(0o644)
		if src.Local.Exec[f.Path] {
			mode = 0o755
		}
		h := &tar.Header{
			Name: f.Path, Mode: mode, Size: int64(len(f.Content)), Typeflag: tar.TypeReg,
			ModTime: time.Unix(b.recipe.SourceDateEpoch, 0), Format: tar.FormatPAX,
		}
		if err := w.WriteHeader(h); err != nil {
			return LocalBlob{}, fmt.Errorf("packing %s: %w", src.Local.Path, err)
		}
		if _, err := w.Write(f.Content); err != nil {
			return LocalBlob{}, fmt.Errorf("packing %s: %w", src.Local.Path, err)
		}
	}
	if err := w.Close(); err != nil {
		return LocalBlob{}, fmt.Errorf("packing %s: %w", src.Local.Path, err)
	}
	blob := LocalBlob{Digest: digest.FromBytes(buf.Bytes()), Content: buf.Bytes(), Name: string(src.Address)}
	b.locals = append(b.locals, blob)
	return blob, nil
}

// variables are all that a step's environment holds, sorted.
func (b *builder) variables(own map[string]string, more []string) []string {
	env := b.env
	jobs := strconv.Itoa(env.Jobs)
	vars := map[string]string{
		"BUILD": env.BuildDir, "OUT": env.OutDir, "SOURCES": SourcesDir, "INPUTS": InputsDir,
		"HOME": path.Join(env.BuildDir, env.Home), "TMPDIR": path.Join(env.BuildDir, "tmp"),
		"PATH":   "/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL": env.Locale, "TZ": env.Timezone, "USER": env.User, "LOGNAME": env.User,
		"JOBS": jobs, "MAKEFLAGS": "-j" + jobs, "OMP_NUM_THREADS": jobs,
		"SOURCE_DATE_EPOCH": strconv.FormatInt(b.recipe.SourceDateEpoch, 10),
	}
	env.strange(vars)
	for _, kv := range more {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
	maps.Copy(vars, own)
	var list []string
	for _, k := range slices.Sorted(maps.Keys(vars)) {
		list = append(list, k+"="+vars[k])
	}
	return list
}

// strange adds what only a varied environment has, and the seeds of hashes. Of
// Perl's ways to perturb the order of keys, 0 is none and 2 follows the seed.
func (e Environment) strange(vars map[string]string) {
	seed := strconv.FormatUint(uint64(e.HashSeed), 10)
	vars["PYTHONHASHSEED"], vars["PERL_HASH_SEED"], vars["PERL_PERTURB_KEYS"] = seed, seed, "0"
	if e.HashSeed != 0 {
		vars["PERL_PERTURB_KEYS"] = "2"
	}
	if e.First != "" {
		vars["PATH"] = path.Join(e.BuildDir, e.First) + ":" + vars["PATH"]
	}
	if e.Terminal != "" {
		vars["TERM"] = e.Terminal
	}
	for _, kv := range e.Stray {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
}
