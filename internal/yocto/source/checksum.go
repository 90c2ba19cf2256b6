package source

import (
	"strings"
)

// algorithms are those of fetch2's CHECKSUM_LIST, strongest first. goh1 is the
// h1 hash of Go modules: SHA-256 over the list of the SHA-256 of the files.
var algorithms = []string{"sha512", "sha384", "sha256", "goh1", "sha1", "md5"}

// judgeFile follows FetchData.configure_checksum and verify_checksum: a
// parameter of the URI beats the flag, an empty value counts as none, and a
// name in the URI makes the flag without a name count for nothing. Before 2.12
// it does that to the parameter without a name, too.
func judgeFile(j *Judgement, v Variables, r Release) {
	flags := j.URI.Scheme != "crate" || !r.Before(since204)
	name, named := j.URI.Param("name")
	switch {
	case j.URI.has("localpath"):
		j.Verdict, j.Note = NotProven, "localpath= names another file, which is compared and unpacked"
		return
	case j.URI.Text("protocol") == "git":
		j.refuse("BitBake takes no protocol=git here")
		return
	}
	doubted := false
	for _, algorithm := range algorithms {
		if algorithm == "goh1" && r.Before(since212) {
			continue
		}
		doubted = j.expect(v, r, algorithm, named, name.Value, flags) || doubted
	}
	switch {
	case doubted:
		// a doubtful flag may be empty: what remains must be enough by itself
		j.Verdict = NotProven
	case len(j.Checksums) > 0:
		j.Verdict = Checksum
	default:
		j.Verdict = Missing
	}
}

// judgeNamedFile is for the fetchers that know no other name for the file than
// the last part of the path.
func judgeNamedFile(j *Judgement, v Variables, r Release) {
	name := j.URI.Path[strings.LastIndexByte(j.URI.Path, '/')+1:]
	if p, ok := j.URI.Param("downloadfilename"); ok {
		name = p.Value
	}
	if name == "" {
		j.refuse("the URI names no file")
		return
	}
	judgeFile(j, v, r)
}

func (u URI) has(name string) bool {
	_, ok := u.Param(name)
	return ok
}

// expect finds what BitBake expects of one algorithm and says whether that is uncertain.
func (j *Judgement) expect(v Variables, r Release, algorithm string, named bool, name string, flags bool) bool {
	plain := algorithm + "sum"
	flag := plain
	if named {
		flag = name + "." + plain
	}
	parameters := []string{flag, plain}
	if r.Before(since212) {
		parameters = parameters[:1]
	}
	for _, parameter := range parameters {
		if p, ok := j.URI.Param(parameter); ok {
			if p.Value != "" {
				j.Checksums = append(j.Checksums, Sum{Algorithm: algorithm, Expected: p.Value})
			}
			return false
		}
	}
	if !flags {
		return false
	}
	value := v.Flag("SRC_URI", flag)
	if value.Text != "" {
		j.Checksums = append(j.Checksums, Sum{algorithm, value.Text, flag})
		j.Deciding = append(j.Deciding, "SRC_URI["+flag+"]")
	}
	return j.doubt(value)
}

// judgeCrate names the crate as its fetcher does, from the raw URI:
// crate://HOST/NAME/VERSION.
func judgeCrate(j *Judgement, v Variables, r Release) {
	parts := strings.Split(j.Raw, "/")
	if len(parts) < 5 {
		j.refuse("a crate is crate://HOST/NAME/VERSION")
		return
	}
	version, _, _ := strings.Cut(parts[len(parts)-1], ";")
	crate := parts[len(parts)-2]
	switch {
	case r.Before(since204):
		j.Note = "BitBake before 2.4 reads no checksum flags of crates"
	case !j.URI.has("name"):
		j.Name = crate + "-" + version
		j.URI.set(Param{Name: "name", Value: j.Name})
	}
	judgeFile(j, v, r)
	if j.Verdict.Verified() {
		j.Note = ""
	}
}

// judgeModule names the Go module as its fetcher does.
func judgeModule(j *Judgement, v Variables, r Release) {
	if !j.setModule() {
		return
	}
	j.URI.set(Param{Name: "name", Value: j.Name})
	if proxy := v.Get("GO_MOD_PROXY"); len(proxy.Unknown) == 0 {
		j.Proxy = proxy.Text
	}
	judgeFile(j, v, r)
}

// setModule sets the name to MODULE@VERSION.
func (j *Judgement) setModule() bool {
	version, ok := j.URI.Param("version")
	if !ok || version.Bare {
		j.refuse("a Go module needs version=")
		return false
	}
	module := j.URI.Host
	if j.URI.Path != "/" {
		module += j.URI.Path
	}
	j.Name = module + "@" + version.Value
	return true
}
