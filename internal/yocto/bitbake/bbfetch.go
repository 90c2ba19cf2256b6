package bitbake

import (
	"net/url"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

func bbFetchMember(name string) (python.Value, bool) {
	switch name {
	case "get_autorev":
		return withData("bb.fetch2.get_autorev", 0, func(d *Data, a []python.Value) (python.Value, error) { return "AUTOINC", nil }), true
	case "get_srcrev":
		return withData("bb.fetch2.get_srcrev", 0, func(d *Data, a []python.Value) (python.Value, error) { return d.sourceRevision(), nil }), true
	case "URI":
		return onTexts("bb.fetch2.URI", 1, func(a []string) python.Value { return parseURI(a[0]) }), true
	case "decodeurl":
		return builtin("bb.fetch2.decodeurl", func(in *python.Interp, args []python.Value) (python.Value, error) {
			s, ok := args0(args).(string)
			if !ok {
				return unknownValue("bb.fetch2.decodeurl of what is no text"), nil
			}
			h, ok := in.Host.(*host)
			return decodeURL(s, ok && h.d.env.old, ok && h.d.env.release.before(212)), nil
		}), true
	}
	return nil, false
}

// uriValue is a bb.fetch2.URI.
type uriValue struct {
	attrs map[string]python.Value
}

// Attr reads an attribute.
func (u uriValue) Attr(name string) (python.Value, bool) {
	v, ok := u.attrs[name]
	return v, ok
}

// parseURI reads "scheme://user@host:port/path;name=value".
func parseURI(s string) python.Value {
	base, params, _ := strings.Cut(s, ";")
	scheme, rest, ok := strings.Cut(base, ":")
	if !ok || scheme == "" || strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+-.") != "" {
		return unknownValue("a URI that is not read: " + s)
	}
	u := uriValue{map[string]python.Value{"scheme": strings.ToLower(scheme), "hostname": "", "path": "", "params": parameters(params), "port": nil}}
	path := rest
	if r, ok := strings.CutPrefix(rest, "//"); ok {
		path = r
		if scheme != "file" {
			host, p, slash := strings.Cut(r, "/")
			if path = p; slash {
				path = "/" + p
			}
			host = host[strings.LastIndexByte(host, '@')+1:]
			host, _, _ = strings.Cut(host, ":")
			u.attrs["hostname"] = strings.ToLower(host)
			delete(u.attrs, "port")
		}
	}
	if strings.ContainsAny(path, "?#") {
		path = path[:strings.IndexAny(path, "?#")]
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return unknownValue("a URI that is not read: " + s)
	}
	u.attrs["path"] = plain
	return u
}

func parameters(s string) *python.Dict {
	d := python.NewDict()
	for p := range strings.SplitSeq(s, ";") {
		if k, v, ok := strings.Cut(p, "="); ok {
			d.Put(k, v)
		} else if p != "" {
			d.Put(p, nil)
		}
	}
	return d
}

// decodeURL is bb.fetch2.decodeurl: type, host, path, user, password and
// parameters. Releases differ in what they take for a user in file://a@b: those
// with overrides behind "_" take a, the newest none; and the former leave a query
// in the path. From 2.12 on hosts are written small.
func decodeURL(s string, old, before212 bool) python.Value {
	base, params, _ := strings.Cut(s, ";")
	scheme, location, ok := strings.Cut(base, "://")
	if !ok || location == "" {
		return unknownValue("a URI that is not read: " + s)
	}
	user, password := "", ""
	if strings.EqualFold(scheme, "file") && strings.Contains(location, "@") && !old {
		u := unknownValue("the user of a file:// URI: " + s)
		return &python.Tuple{Items: []python.Value{scheme, "", u, u, u, parameters(params)}}
	}
	if before, rest, ok := strings.Cut(location, "@"); ok && !strings.Contains(before, "/") {
		location = rest
		user, password, _ = strings.Cut(before, ":")
	}
	host, path := location, "/"
	if strings.EqualFold(scheme, "file") {
		host, path = "", location
	} else if i := strings.IndexByte(location, '/'); i >= 0 {
		host, path = location[:i], location[i:]
	}
	plain, err := url.PathUnescape(path)
	if err != nil || strings.ContainsAny(path, "?#") && !old {
		return unknownValue("a URI that is not read: " + s)
	}
	if !before212 {
		scheme, host = strings.ToLower(scheme), strings.ToLower(host)
	}
	return &python.Tuple{Items: []python.Value{scheme, host, plain, user, password, parameters(params)}}
}

// sourceRevision is what the fetcher puts into versions (SRCPV): AUTOINC+ and
// the first ten digits of the revision, for one git source that is pinned.
func (d *Data) sourceRevision() python.Value {
	uris := d.get("SRC_URI")
	if len(uris.unknown) > 0 {
		return d.value(uris, "SRC_URI")
	}
	var scm []string
	for _, u := range strings.Fields(uris.text) {
		for _, s := range []string{"git://", "gitsm://", "svn://", "hg://", "npm://", "p4://", "repo://", "bzr://", "cvs://", "osc://", "crcc://", "gitannex://", "clearcase"} {
			if strings.HasPrefix(u, s) {
				scm = append(scm, u)
			}
		}
	}
	if len(scm) == 0 {
		return ""
	}
	if len(scm) > 1 || !strings.HasPrefix(scm[0], "git") || strings.Contains(scm[0], ";rev=") || strings.Contains(scm[0], ";tag=") {
		return unknownValue("the fetcher makes a version of several sources")
	}
	_, params, _ := strings.Cut(scm[0], ";")
	rev, known := d.revision(params)
	if rev == "" || !known {
		return unknownValue("the fetcher asks for the revision")
	}
	return "AUTOINC+" + rev[:10]
}

// revision is the pinned revision of a git source by its parameters.
func (d *Data) revision(params string) (string, bool) {
	name := "default"
	for p := range strings.SplitSeq(params, ";") {
		if n, ok := strings.CutPrefix(p, "name="); ok {
			name = n
		}
	}
	sep := d.env.separator()
	pn := d.get("PN").text
	for _, v := range []string{"SRCREV_" + name + sep + "pn-" + pn, "SRCREV_" + name, "SRCREV" + sep + "pn-" + pn, "SRCREV"} {
		e := d.get(v)
		if len(e.unknown) > 0 {
			return "", false
		}
		if e.text != "" && e.text != "INVALID" {
			return e.text, isCommit(e.text)
		}
	}
	return "", false
}

func isCommit(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == ""
}
