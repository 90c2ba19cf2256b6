// Package archivetest makes small Debian archives for tests: packages, sources
// and indexes in memory, signed by a key of their own, served over HTTP on the
// loopback interface. A server can be told to misbehave.
//
// It is for tests only and panics where writing to memory fails.
package archivetest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/opencontainers/go-digest"
)

// Suite is the suite and codename of every archive.
const Suite = "bookworm"

// Archive is an archive of packages for amd64. It is safe for concurrent use.
type Archive struct {
	mu      sync.Mutex
	key     *openpgp.Entity
	debs    []indexed
	sources map[string]string // stanza by name and version
	files   map[string][]byte // what is served, by path
	asked   []string          // paths, in the order of the requests
	faults  []*fault
	server  *server
}

// indexed is a package in the archive.
type indexed struct{ name, version, stanza string }

// New returns an empty archive with a new key.
func New() *Archive {
	return &Archive{key: NewKey(time.Now().AddDate(-2, 0, 0), 0), sources: map[string]string{}, files: map[string][]byte{}}
}

// Keyring returns the archive's public key as a keyring.
func (a *Archive) Keyring() []byte { return Keyring(a.key) }

// Rekey makes the archive sign with another key from now on.
func (a *Archive) Rekey() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.key = NewKey(time.Now().AddDate(-2, 0, 0), 0)
}

// Add puts packages into the pool and the next index.
func (a *Archive) Add(debs ...Deb) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range debs {
		name := fmt.Sprintf("pool/main/%s/%s_%s_amd64.deb", d.Name, d.Name, d.version())
		data := d.Bytes()
		a.files[name] = data
		a.debs = append(a.debs, indexed{d.Name, d.version(), fmt.Sprintf("%sFilename: %s\nSize: %d\nSHA256: %s\n\n",
			d.control(), name, len(data), digest.FromBytes(data).Encoded())})
	}
}

// Remove takes a package out of the next index; with pool set also its file
// out of the pool.
func (a *Archive) Remove(name, version string, pool bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.debs = slices.DeleteFunc(a.debs, func(d indexed) bool { return d.name == name && d.version == version })
	if pool {
		delete(a.files, fmt.Sprintf("pool/main/%s/%s_%s_amd64.deb", name, name, version))
	}
}

// AddSource puts a source package into the pool and the next index.
func (a *Archive) AddSource(name, version string, files map[string][]byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	dir := "pool/main/" + name
	text := fmt.Sprintf("Package: %s\nVersion: %s\nDirectory: %s\nChecksums-Sha256:\n", name, version, dir)
	for _, f := range slices.Sorted(maps.Keys(files)) {
		a.files[path.Join(dir, f)] = files[f]
		text += fmt.Sprintf(" %s %d %s\n", digest.FromBytes(files[f]).Encoded(), len(files[f]), f)
	}
	a.sources[name+"_"+version] = text + "\n"
}

// AddFile serves a file that no index names.
func (a *Archive) AddFile(name string, data []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[name] = data
}

// Publish writes the indexes and signs a Release file of that date.
func (a *Archive) Publish(date time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var packages, sources, sums strings.Builder
	for _, d := range a.debs {
		packages.WriteString(d.stanza)
	}
	for _, s := range slices.Sorted(maps.Keys(a.sources)) {
		sources.WriteString(a.sources[s])
	}
	for _, index := range []struct{ path, text string }{
		{"main/binary-amd64/Packages", packages.String()}, {"main/source/Sources", sources.String()},
	} {
		for _, suffix := range []string{"", ".gz", ".xz"} {
			data := Compress(suffix, []byte(index.text))
			d := digest.FromBytes(data)
			fmt.Fprintf(&sums, " %s %d %s%s\n", d.Encoded(), len(data), index.path, suffix)
			if suffix != "" { // the plain index is named and not there, as in a real archive
				a.files["dists/"+Suite+"/"+index.path+suffix] = data
				a.files["dists/"+Suite+"/"+path.Dir(index.path)+"/by-hash/SHA256/"+d.Encoded()] = data
			}
		}
	}
	text := fmt.Sprintf("Origin: Test\nSuite: stable\nCodename: %s\nDate: %s\nAcquire-By-Hash: yes\n"+
		"Architectures: all amd64\nNo-Support-for-Architecture-all: Packages\nComponents: main\nSHA256:\n%s",
		Suite, date.UTC().Format("Mon, 02 Jan 2006 15:04:05 UTC"), sums.String())
	a.files["dists/"+Suite+"/InRelease"] = Clearsign(text, date, a.key)
}
