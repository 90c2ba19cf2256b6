package sandbox

import (
	"context"
	"fmt"
	"net/url"

	"github.com/moby/buildkit/client"

	// The addresses that client.New understands besides unix:// and tcp://.
	_ "github.com/moby/buildkit/client/connhelper/dockercontainer"
	_ "github.com/moby/buildkit/client/connhelper/kubepod"
	_ "github.com/moby/buildkit/client/connhelper/podmancontainer"
	_ "github.com/moby/buildkit/client/connhelper/ssh"
)

// connect connects to the daemon at address and asks it for its workers.
//
//	unix:///run/buildkit/buildkitd.sock
//	tcp://host:port?ca=FILE&cert=FILE&key=FILE&servername=NAME
//	ssh://user@host  docker-container://NAME  podman-container://NAME  kube-pod://NAME
func connect(ctx context.Context, address string) (*client.Client, closers, error) {
	target, opts, err := parseAddress(address)
	if err != nil {
		return nil, nil, err
	}
	c, err := client.New(ctx, target, opts...)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to builder %s: %w", target, err)
	}
	workers, err := c.ListWorkers(ctx)
	if err == nil && len(workers) == 0 {
		err = fmt.Errorf("it has no workers")
	}
	if err != nil {
		_ = c.Close()
		return nil, nil, fmt.Errorf("connecting to builder %s: %w", target, err)
	}
	return c, closers{c.Close}, nil
}

// CheckBuilder says what is wrong with the address of a daemon, without
// connecting to it.
func CheckBuilder(address string) error {
	_, _, err := parseAddress(address)
	return err
}

func parseAddress(address string) (string, []client.ClientOpt, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, fmt.Errorf("builder address: %w", err)
	}
	switch u.Scheme {
	case "unix", "ssh", "docker-container", "podman-container", "kube-pod":
		return address, nil, nil
	case "tcp":
	default:
		return "", nil, fmt.Errorf("builder address %q: want unix://, tcp://, ssh://, docker-container://, podman-container:// or kube-pod://", address)
	}
	q := u.Query()
	for k := range q {
		switch k {
		case "ca", "cert", "key", "servername":
		default:
			return "", nil, fmt.Errorf("builder address %q: unknown parameter %s", address, k)
		}
	}
	if (q.Get("cert") == "") != (q.Get("key") == "") {
		return "", nil, fmt.Errorf("builder address %q: cert and key belong together", address)
	}
	var opts []client.ClientOpt
	if ca := q.Get("ca"); ca != "" {
		name := q.Get("servername")
		if name == "" {
			name = u.Hostname()
		}
		opts = append(opts, client.WithServerConfig(name, ca))
	}
	if q.Get("cert") != "" {
		opts = append(opts, client.WithCredentials(q.Get("cert"), q.Get("key")))
	}
	u.RawQuery = ""
	return u.String(), opts, nil
}
