package source

import (
	"slices"
	"strings"
)

var cloneReplacer = strings.NewReplacer("/", ".", "*", ".", " ", "_", "(", "_", ")", "_")

// CloneName is what BitBake's git fetcher calls the clone of a repository,
// below git2 in DL_DIR. Host is with the port.
func CloneName(host, path string) string {
	return strings.TrimPrefix(strings.ReplaceAll(host, ":", ".")+cloneReplacer.Replace(path), ".")
}

// atServer are the protocols of the git fetcher that dombuild speaks too.
var atServer = map[string]string{"": "git", "git": "git", "http": "http", "https": "https"}

// OfModule is what the fetcher gomodgit makes of its URI for the git fetcher.
func (u URI) OfModule() URI {
	u.Params = slices.Clone(u.Params)
	if repo := u.Text("repo"); repo != "" {
		host, path, below := strings.Cut(repo, "/")
		u.Host, u.Path = host, path
		if below {
			u.Path = "/" + path
		}
	}
	if !u.has("protocol") {
		u.set(Param{Name: "protocol", Value: "https"})
	}
	if !u.has("branch") {
		u.set(Param{Name: "nobranch", Value: "1"})
	}
	return u
}

// Repository is the address of the repository of a git or gitsm URI, as BitBake
// asks for it; "" if that is over a protocol that needs other programs.
func (u URI) Repository() string {
	protocol := atServer[u.Text("protocol")]
	if u.Host == "github.com" && protocol == "git" {
		protocol = "https" // as BitBake does since 2.0; the other is no more
	}
	if protocol == "" || u.Host == "" {
		return ""
	}
	return protocol + "://" + u.Host + quote(u.Path)
}
