package lfs

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Server is where the files of a repository are, docs/api/server-discovery.md:
// what its .lfsconfig names, or else beside the repository itself.
func Server(repository, named string) (*url.URL, error) {
	address := named
	if address == "" {
		address = strings.TrimRight(repository, "/")
		if rest, ok := strings.CutPrefix(address, "git://"); ok {
			address = "https://" + rest // lfs.gitprotocol
		}
		if !strings.HasSuffix(address, ".git") {
			address += ".git"
		}
		address += "/info/lfs"
	}
	if err := pins.CheckURL(address); err != nil {
		return nil, fmt.Errorf("the server of git LFS: %w", err)
	}
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil {
		return nil, err
	}
	return u, nil
}
