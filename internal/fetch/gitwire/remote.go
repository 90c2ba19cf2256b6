package gitwire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/git"
)

// Remote is a repository on a server, after its greeting.
type Remote struct {
	address string
	format  string
	filters bool // it can leave objects out
	session session
}

// Open greets a server. The address is http, https or git.
func Open(ctx context.Context, c *fetch.Client, address string) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	r := &Remote{address: u.Redacted()}
	var greeting io.ReadCloser
	switch u.Scheme {
	case "http", "https":
		var s *webSession
		if s, greeting, err = openWeb(ctx, c, address); err == nil {
			r.session = s
		}
	case "git":
		var s *portSession
		if s, greeting, err = openPort(ctx, u); err == nil {
			r.session = s
		}
	default:
		err = fmt.Errorf("%s: repositories are fetched over https, http and git", u.Redacted())
	}
	if err != nil {
		return nil, err
	}
	defer greeting.Close()
	if err := r.greeted(newScanner(greeting)); err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", r.address, err)
	}
	return r, nil
}

// Close ends the conversation.
func (r *Remote) Close() error { return r.session.close() }

// Format is the hash of the repository: git.SHA1 or git.SHA256.
func (r *Remote) Format() string { return r.format }

var errVersion = errors.New("the server does not speak version 2 of the protocol, which git has since 2.18")

// greeted reads what the server can do.
func (r *Remote) greeted(s *scanner) error {
	line, ok, err := s.text()
	if err == nil && ok && strings.HasPrefix(line, "# service=") {
		if _, ok, err = s.text(); err != nil || ok {
			return errors.Join(errVersion, err)
		}
		line, ok, err = s.text()
	}
	if err != nil {
		return err
	}
	if !ok || line != "version 2" {
		return errVersion
	}
	can := map[string]string{}
	for range 256 {
		line, ok, err := s.text()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		name, value, _ := strings.Cut(line, "=")
		can[name] = value
	}
	r.format = git.SHA1
	if f := can["object-format"]; f != "" {
		r.format = f
	}
	r.filters = strings.Contains(" "+can["fetch"]+" ", " filter ")
	_, fetches := can["fetch"]
	_, lists := can["ls-refs"]
	switch {
	case r.format != git.SHA1 && r.format != git.SHA256:
		return fmt.Errorf("its repository names objects by %q, which is not known here", clean([]byte(r.format)))
	case !fetches || !lists:
		return errors.New("the server does not let anybody fetch")
	case !strings.Contains(" "+can["fetch"]+" ", " shallow "):
		return errors.New("the server cannot give a commit without everything before it")
	}
	return nil
}

// request begins a command.
func (r *Remote) request(name string) *bytes.Buffer {
	var b bytes.Buffer
	packet(&b, "command=%s\n", name)
	packet(&b, "agent=dombuild\n")
	if r.format != git.SHA1 {
		packet(&b, "object-format=%s\n", r.format)
	}
	b.WriteString("0001")
	return &b
}

// Ref returns the object that a name stands for, such as "refs/tags/v1", and
// the commit behind it if it is a tag. Both are "" if there is no such name.
func (r *Remote) Ref(ctx context.Context, name string) (object, commit git.ID, err error) {
	b := r.request("ls-refs")
	packet(b, "peel\n")
	packet(b, "ref-prefix %s\n", name)
	b.WriteString("0000")
	answer, err := r.session.command(ctx, b.Bytes())
	if err != nil {
		return "", "", err
	}
	defer answer.Close()
	s := newScanner(answer)
	for range 1 << 20 {
		line, ok, err := s.text()
		if err != nil {
			return "", "", fmt.Errorf("%s: %w", r.address, err)
		}
		if !ok {
			return object, commit, nil
		}
		fields := strings.Split(line, " ")
		if len(fields) < 2 || fields[1] != name {
			continue
		}
		if object, err = r.id(fields[0]); err != nil {
			return "", "", err
		}
		commit = object
		for _, f := range fields[2:] {
			if peeled, ok := strings.CutPrefix(f, "peeled:"); ok {
				if commit, err = r.id(peeled); err != nil {
					return "", "", err
				}
			}
		}
	}
	return "", "", fmt.Errorf("%s: its list of names does not end", r.address)
}

func (r *Remote) id(text string) (git.ID, error) {
	id, err := git.ParseID(text)
	if err == nil && id.Format() != r.format {
		err = fmt.Errorf("%q is not a name of %s", text, r.format)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", r.address, err)
	}
	return id, nil
}

// Fetch receives an object, a tag or commit, and all it consists of; of a
// commit's history nothing.
func (r *Remote) Fetch(ctx context.Context, want git.ID) (*git.Pack, error) {
	b := r.request("fetch")
	packet(b, "no-progress\n")
	packet(b, "ofs-delta\n")
	packet(b, "deepen 1\n")
	packet(b, "want %s\n", want)
	packet(b, "done\n")
	b.WriteString("0000")
	return r.pack(ctx, b, want)
}

// pack asks for a pack.
func (r *Remote) pack(ctx context.Context, b *bytes.Buffer, want git.ID) (*git.Pack, error) {
	answer, err := r.session.command(ctx, b.Bytes())
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	s := newScanner(answer)
	if err := toPack(s); err != nil {
		return nil, fmt.Errorf("%s: fetching %s: %w", r.address, want, err)
	}
	p, err := git.ReadPack(ctx, &band{s: s}, r.format)
	if err != nil {
		return nil, fmt.Errorf("%s: fetching %s: %w", r.address, want, err)
	}
	return p, nil
}

// toPack skips the sections before the pack.
func toPack(s *scanner) error {
	for range 1 << 16 {
		k, line, err := s.next()
		if err != nil {
			return err
		}
		if k == flush || k == end {
			return errors.New("the server sends no pack")
		}
		if k == data && string(line) == "packfile\n" {
			return nil
		}
	}
	return errors.New("the server sends no pack")
}
