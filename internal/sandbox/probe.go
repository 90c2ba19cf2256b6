package sandbox

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	"github.com/dombuild/dombuild/internal/sandbox/probe"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
)

// ProbeReport is what the probe found, for the record of a build.
type ProbeReport struct {
	Builder  string       `json:"builder"` // "embedded" or its address
	User     probe.Report `json:"user"`    // in the container of a step
	Root     probe.Report `json:"root"`    // in the container of a step whose output is the root
	Canaries []Canary     `json:"canaries"`
}

const (
	probeProgram  = "/dombuild-probe"
	probeReport   = "probe.json"
	probeHostname = "dombuild"
	probeLimit    = 3 * time.Minute // on a machine under heavy load; it takes a quarter of a second
)

// Probe tries to get out, once for each engine; later calls return the first
// report. A way out is an *OpenError.
func (e *Engine) Probe(ctx context.Context) (ProbeReport, error) {
	e.probing.Lock()
	defer e.probing.Unlock()
	if e.probed != nil {
		return *e.probed, nil
	}
	report, err := e.probe(ctx)
	if err == nil {
		e.probed = &report
	}
	return report, err
}

func (e *Engine) probe(ctx context.Context) (ProbeReport, error) {
	report := ProbeReport{Builder: e.opt.Builder}
	if report.Builder == "" {
		report.Builder = "embedded"
	}
	program, err := e.program()
	if err != nil {
		return report, err
	}
	base, err := e.contents.makeLayer([]entry{{name: "/etc"}, {name: "/proc"}, {name: "/sys"}, {name: "/dev"}, {name: "/tmp"}})
	if err != nil {
		return report, err
	}
	birds, err := release()
	if err != nil {
		return report, fmt.Errorf("opening canaries: %w", err)
	}
	defer birds.stop.Close()
	limited, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	eg, egctx := errgroup.WithContext(limited)
	for _, asRoot := range []bool{false, true} {
		eg.Go(func() error {
			x, err := probeExec(asRoot, program, base.Digest, birds)
			if err != nil {
				return err
			}
			into := &report.User
			if asRoot {
				into = &report.Root
			}
			return e.run(egctx, x, Sink{}, func(r io.Reader) error { return readReport(r, into) })
		})
	}
	err = eg.Wait()
	report.Canaries = birds.counts()
	if ways := report.ways(); len(ways) > 0 {
		return report, &OpenError{Where: "probe on builder " + report.Builder, Ways: ways, Remote: e.opt.Builder != ""}
	}
	if limited.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("it did not end within %v", probeLimit)
	}
	if err != nil {
		return report, fmt.Errorf("probing the sandbox: %w", err)
	}
	return report, nil
}

// probeExec is the same kind of Exec as a build step.
func probeExec(asRoot bool, program, root digest.Digest, birds *canaries) (Exec, error) {
	x := Exec{
		Name: "sandbox probe", Root: root, Cwd: "/", Hostname: probeHostname, UID: 1000, GID: 1000, Work: "/build", Out: "/out",
		Env: completeEnv(nil), Mounts: []Mount{{Target: "/", Blob: program, Filename: probeProgram[1:], Mode: 0o755}},
		IgnoreCache: true,
	}
	c := probe.Config{
		Report: x.Out + "/" + probeReport, UID: x.UID, Hostname: x.Hostname, Hosts: Hosts(x.Hostname, ""), Resolv: ResolvConf,
		Env: x.Env, Mounts: []string{probeProgram, x.Out, x.Work},
		TCP: birds.addresses("tcp"), UDP: birds.addresses("udp"), Unix: birds.addresses("unix", "unixgram"), VSock: birds.vsock,
	}
	if asRoot {
		x.Name, x.UID, x.GID, x.Work, x.Out, x.RootOut = "sandbox probe as root", 0, 0, "", "", true
		c.UID, c.Report = 0, "/"+probeReport
	}
	arg, err := json.Marshal(c)
	x.Args = []string{probeProgram, probe.Verb, string(arg)}
	return x, err
}

func readReport(stream io.Reader, into *probe.Report) error {
	tr := tar.NewReader(stream)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return errors.New("the probe left no report")
		}
		if err != nil {
			return err
		}
		if h.Name == probeReport {
			return json.NewDecoder(tr).Decode(into)
		}
	}
}

// ways lists every check that did not hold and every canary that counted.
func (r *ProbeReport) ways() []string {
	var ways []string
	for _, k := range r.Canaries {
		if k.Count > 0 {
			ways = append(ways, fmt.Sprintf("%s canary on %s counted %d", k.Network, k.Address, k.Count))
		}
	}
	for _, kind := range []struct {
		name   string
		report probe.Report
	}{{"user", r.User}, {"root", r.Root}} {
		for _, c := range kind.report.Checks {
			if !c.OK {
				ways = append(ways, fmt.Sprintf("as %s: %s: %s", kind.name, c.Name, strings.TrimSpace(c.Detail)))
			}
		}
	}
	return ways
}

// program makes the probe's executable available as a blob.
func (e *Engine) program() (digest.Digest, error) {
	f, err := os.Open(e.opt.Probe)
	if err != nil {
		return "", fmt.Errorf("opening the sandbox's probe: %w", err)
	}
	defer f.Close()
	d, err := digest.FromReader(f)
	if err != nil {
		return "", fmt.Errorf("reading the sandbox's probe: %w", err)
	}
	e.contents.link(d, fileBlob{e.opt.Probe, d})
	return d, nil
}

// fileBlob is a file as a blob. The worker verifies it.
type fileBlob struct {
	name   string
	digest digest.Digest
}

func (b fileBlob) Info(_ context.Context, d digest.Digest) (content.Info, error) {
	fi, err := os.Stat(b.name)
	if err != nil || d != b.digest {
		return content.Info{}, errors.Join(err, errdefs.ErrNotFound)
	}
	return content.Info{Digest: d, Size: fi.Size()}, nil
}

func (b fileBlob) ReaderAt(_ context.Context, desc ocispecs.Descriptor) (content.ReaderAt, error) {
	f, err := os.Open(b.name)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return fileReader{f, fi.Size()}, nil
}

type fileReader struct {
	*os.File
	size int64
}

func (f fileReader) Size() int64 { return f.size }
