package source

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// URI is what BitBake's decodeurl makes of a URI.
type URI struct {
	Scheme         string
	Host           string // with the port: "example.com:8080"
	Path           string // without percent-encoding; relative in file://a
	User, Password string
	Params         []Param // what follows the first ";", in order of first appearance
}

// Param is a parameter of a URI.
type Param struct {
	Name, Value string
	Bare        bool // without "=": BitBake from 2.12 on takes it for None
}

// maxURI bounds a URI in bytes.
const maxURI = 1 << 16

// Param returns the parameter of a name; the last one of that name counts.
func (u URI) Param(name string) (Param, bool) {
	i := slices.IndexFunc(u.Params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return u.Params[i], true
}

// Text returns the value of a parameter, or "" where it has none.
func (u URI) Text(name string) string {
	p, _ := u.Param(name)
	return p.Value
}

func (u *URI) set(p Param) {
	if i := slices.IndexFunc(u.Params, func(q Param) bool { return q.Name == p.Name }); i >= 0 {
		u.Params[i] = p
		return
	}
	u.Params = append(u.Params, p)
}

// Parse reads a URI as decodeurl of a release does.
func Parse(raw string, r Release) (URI, error) {
	if len(raw) > maxURI {
		return URI{}, fmt.Errorf("URI of %d bytes is longer than %d", len(raw), maxURI)
	}
	if r.Before(since212) {
		return parseOld(raw, r)
	}
	return parseNew(raw)
}

// parseNew follows the class URI of fetch2, which is Python's urlparse behind
// the cut at the first ";".
func parseNew(raw string) (URI, error) {
	text, params, _ := strings.Cut(raw, ";")
	scheme, rest := cutScheme(text)
	u := URI{Scheme: scheme}
	if err := checkBrackets(rest); err != nil {
		return u, err
	}
	if scheme == "file" {
		rest = localPath(rest)
	}
	netloc := ""
	if strings.HasPrefix(rest, "//") {
		netloc, rest = cutNetloc(rest)
	}
	if err := u.setNetloc(netloc); err != nil {
		return u, err
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	u.Path = unquote(rest)
	if u.Path == "" {
		u.Path = "/"
	}
	for part := range strings.SplitSeq(params, ";") {
		if part != "" {
			name, value, ok := strings.Cut(part, "=")
			u.set(Param{name, value, !ok})
		}
	}
	return u, nil
}

// cutScheme splits "HTTP://x" into "http" and "//x". A text without a scheme is
// all rest.
func cutScheme(text string) (scheme, rest string) {
	i := strings.IndexByte(text, ':')
	if i <= 0 || !isLetter(text[0]) {
		return "", text
	}
	for _, c := range []byte(text[:i]) {
		if !isLetter(c) && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return "", text
		}
	}
	return strings.ToLower(text[:i]), text[i+1:]
}

// localPath takes file://a for file:a, by (?<=:)//(?!/), which is looked for
// once and anywhere.
func localPath(rest string) string {
	text := ":" + rest
	for i := 1; i+1 < len(text); i++ {
		if text[i-1:i+2] == "://" && (i+2 == len(text) || text[i+2] != '/') {
			return (text[:i] + text[i+2:])[1:]
		}
	}
	return rest
}

// cutNetloc splits "//host/path" into "host" and "/path".
func cutNetloc(rest string) (netloc, path string) {
	end := strings.IndexAny(rest[2:], "/?#")
	if end < 0 {
		return rest[2:], ""
	}
	return rest[2 : 2+end], rest[2+end:]
}

// checkBrackets refuses what urlparse refuses: brackets around anything but an
// IPv6 address, and one without the other.
func checkBrackets(rest string) error {
	if !strings.HasPrefix(rest, "//") {
		return nil
	}
	netloc, _ := cutNetloc(rest)
	_, after, opened := strings.Cut(netloc, "[")
	address, _, closed := strings.Cut(after, "]")
	if !opened && !strings.Contains(netloc, "]") {
		return nil
	}
	if _, err := netip.ParseAddr(address); !opened || !closed || err != nil {
		return errors.New("the brackets hold no IPv6 address")
	}
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// setNetloc reads "user:password@host:port".
func (u *URI) setNetloc(netloc string) error {
	host := netloc
	if i := strings.LastIndexByte(netloc, '@'); i >= 0 {
		u.User, u.Password, _ = strings.Cut(netloc[:i], ":")
		host = netloc[i+1:]
	}
	name, port, _ := strings.Cut(host, ":")
	if _, after, ok := strings.Cut(host, "["); ok {
		name, port, _ = strings.Cut(after, "]")
		_, port, _ = strings.Cut(port, ":")
	}
	before, zone, percent := strings.Cut(name, "%")
	u.Host = strings.ToLower(before)
	if percent {
		u.Host += "%" + zone
	}
	if port == "" {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || port[0] == '+' {
		return fmt.Errorf("port %q is not a number up to 65535", port)
	}
	if n > 0 {
		u.Host += ":" + strconv.FormatUint(n, 10)
	}
	return nil
}

// parseOld follows decodeurl up to BitBake 2.10: one regular expression,
// (?P<type>[^:]*)://((?P<user>[^/;]+)@)?(?P<location>[^;]+)(;(?P<parm>.*))?
func parseOld(raw string, r Release) (URI, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || strings.Contains(scheme, ":") {
		return URI{}, errors.New("there is no scheme")
	}
	location, params, _ := strings.Cut(rest, ";")
	user, authority := "", location
	if slash := strings.IndexByte(location, '/'); slash >= 0 {
		authority = location[:slash]
	}
	at := strings.LastIndexByte(authority, '@')
	if at+1 == len(location) { // something must follow it
		at = strings.LastIndexByte(authority[:max(at, 0)], '@')
	}
	if at > 0 {
		user, location = authority[:at], location[at+1:]
	}
	if location == "" || strings.HasPrefix(user, ":") {
		return URI{}, errors.New("there is no location, or no user before the password")
	}
	u := URI{Scheme: scheme, Host: location, Path: "/"}
	if strings.EqualFold(scheme, "file") {
		u.Host, u.Path = "", location
	} else if slash := strings.IndexByte(location, '/'); slash >= 0 {
		u.Host, u.Path = location[:slash], location[slash:]
	}
	u.Path = unquote(u.Path)
	u.User, u.Password, _ = strings.Cut(user, ":")
	for part := range strings.SplitSeq(params, ";") {
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok || strings.Contains(value, "=") && r.Before(since206) {
			return u, fmt.Errorf("parameter %q is not NAME=VALUE", part)
		}
		u.set(Param{name, value, false})
	}
	return u, nil
}

// String is encodeurl: the query and the fragment are gone, the path is quoted.
func (u URI) String() string {
	var b strings.Builder
	path := u.Path
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	b.WriteString(u.Scheme + ":")
	if u.Scheme == "file" || path == "" || path[0] == '/' {
		b.WriteString("//")
	}
	if u.Scheme != "file" {
		if u.User != "" {
			b.WriteString(u.User)
			if u.Password != "" {
				b.WriteString(":" + u.Password)
			}
			b.WriteString("@")
		}
		b.WriteString(u.Host)
	}
	b.WriteString(quote(path))
	for _, p := range u.Params {
		b.WriteString(";" + p.Name)
		if !p.Bare {
			b.WriteString("=" + p.Value)
		}
	}
	return b.String()
}
