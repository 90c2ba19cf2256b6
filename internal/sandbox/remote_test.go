package sandbox

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/daemontest"
	"github.com/dombuild/dombuild/internal/sandbox/runtime"
	"github.com/google/go-cmp/cmp"
)

// buildkitd builds the daemon of the very module that is embedded, once.
var buildkitd = sync.OnceValues(func() (string, error) { return buildOfBuildkit("buildkitd") })

// buildOfBuildkit builds a program of the embedded module beside the guest.
func buildOfBuildkit(name string) (string, error) {
	return daemontest.Build(filepath.Dir(guestPath), name)
}

// startDaemon starts a real buildkitd and returns its address.
func startDaemon(t *testing.T, args ...string) string {
	t.Helper()
	address := "unix://" + filepath.Join(t.TempDir(), "sock")
	startDaemonAt(t, address, address, args...)
	return address
}

// startDaemonAt starts a real buildkitd that listens at an address, and waits
// until it answers at another, which may name certificates.
func startDaemonAt(t *testing.T, listen, address string, args ...string) {
	t.Helper()
	needRoot(t)
	if testing.Short() {
		t.Skip("it builds buildkitd")
	}
	program, err := buildkitd()
	if err != nil {
		t.Fatalf("building buildkitd: %v", err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "buildkitd.toml")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"--config", config, "--addr", listen, "--root", filepath.Join(dir, "root"),
		"--oci-worker-net", "host", "--containerd-worker=false"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if data, _ := os.ReadFile(log.Name()); t.Failed() {
			t.Logf("buildkitd: %s", data)
		}
		_ = unmountBelow(dir)
	})
	for range 200 {
		if c, stop, err := connect(t.Context(), address); err == nil {
			_ = c
			_ = stop.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("buildkitd does not answer")
}

// linked is the guest under the name of the runtime.
func linked(t *testing.T) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), runtime.Name)
	if err := os.Symlink(guestPath, p); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestDaemon: a separate buildkitd with our runtime is as closed as the embedded
// engine, and gives the same output.
func TestDaemon(t *testing.T) {
	b := openBench(t, Options{Builder: startDaemon(t, "--oci-worker-binary", linked(t))})
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	nothingGetsOut(b)
	local := openBench(t, Options{})
	args := []string{"mkdir", "/out/d", ";", "write", "/out/d/f", "x", ";", "ln", "f", "/out/d/l", ";", "hardlink", "/out/d/f", "/out/h", ";",
		"env", ";", "id", ";", "cat", "/etc/hosts", ";", "cat", "/etc/resolv.conf", ";", "ls", "/out"}
	here, there := local.must(local.exec(args...)), b.must(b.exec(args...))
	if diff := cmp.Diff(here.files, there.files); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(here.order, there.order); diff != "" {
		t.Error(diff)
	}
	_, err := b.run(b.exec("exit", "4"), Sink{})
	if step := (*StepError)(nil); !errors.As(err, &step) || step.ExitCode != 4 {
		t.Errorf("got %v", err)
	}
}

// TestDaemonTLS: a daemon on TCP is reached with certificates of both sides, and
// by nobody else.
func TestDaemonTLS(t *testing.T) {
	pki := newPKI(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := "tcp://" + l.Addr().String()
	l.Close()
	address := listen + "?ca=" + pki.ca + "&cert=" + pki.client + ".crt&key=" + pki.client + ".key&servername=builder"
	startDaemonAt(t, listen, address, "--oci-worker-binary", linked(t),
		"--tlscacert", pki.ca, "--tlscert", pki.server+".crt", "--tlskey", pki.server+".key")
	b := openBench(t, Options{Builder: address})
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := b.must(b.exec("write", "/out/f", "x")); r.files["f"] != "x" {
		t.Error(r.files)
	}
	for name, bad := range map[string]string{
		"no certificate":      listen + "?ca=" + pki.ca + "&servername=builder",
		"another server name": strings.Replace(address, "servername=builder", "servername=other", 1),
		"no TLS":              listen,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, _, err := connect(ctx, bad)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "connecting to builder "+listen) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// pki names the certificates of a builder and of who may use it, without the
// endings .crt and .key.
type pki struct{ ca, server, client string }

func newPKI(t *testing.T) pki {
	t.Helper()
	dir := t.TempDir()
	signer, root := certificate(t, filepath.Join(dir, "ca"), "authority", nil, nil)
	p := pki{filepath.Join(dir, "ca.crt"), filepath.Join(dir, "server"), filepath.Join(dir, "client")}
	certificate(t, p.server, "builder", root, signer)
	certificate(t, p.client, "user", root, signer)
	return p
}

// certificate writes name.crt and name.key, signed by parent or by itself.
func certificate(t *testing.T, name, subject string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: subject}, DNSNames: []string{subject},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		name + ".crt": {Type: "CERTIFICATE", Bytes: der},
		name + ".key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return key, c
}

// TestStockDaemon: with plain runc a step has the daemon's trace socket and its
// variables, and on some machines a way to the hypervisor. It is refused for
// these, and for nothing else.
func TestStockDaemon(t *testing.T) {
	b := openBench(t, Options{Builder: startDaemon(t)})
	_, err := b.Probe(t.Context())
	var open *OpenError
	if !errors.As(err, &open) || !open.Remote {
		t.Fatalf("got %v, want an *OpenError", err)
	}
	for _, way := range open.Ways {
		if !strings.Contains(way, "vsock through 32-bit calls") && !strings.Contains(way, "/dev/otel-grpc.sock") {
			t.Error(way)
		}
	}
	if !strings.Contains(err.Error(), "TRACEPARENT") {
		t.Error("the trace variables were not found")
	}
	if _, err := b.run(b.exec("echo", "x"), Sink{}); !errors.As(err, &open) {
		t.Errorf("a step was run: %v", err)
	}
}

func TestParseAddress(t *testing.T) {
	for address, want := range map[string]struct {
		target string
		opts   int
	}{
		"unix:///run/b.sock":                      {"unix:///run/b.sock", 0},
		"tcp://h:1234":                            {"tcp://h:1234", 0},
		"tcp://h:1234?ca=a&cert=b&key=c":          {"tcp://h:1234", 2},
		"docker-container://x":                    {"docker-container://x", 0},
		"ssh://u@h":                               {"ssh://u@h", 0},
		"kube-pod://p?context=c&namespace=n":      {"kube-pod://p?context=c&namespace=n", 0},
		"podman-container://x":                    {"podman-container://x", 0},
		"http://h":                                {},
		"tcp://h?cert=x":                          {},
		"tcp://h?insecure=1":                      {},
		"/run/buildkit/buildkitd.sock":            {},
		"tcp://h:1234?ca=a&servername=n&cert=&x=": {},
	} {
		target, opts, err := parseAddress(address)
		if (err == nil) != (want.target != "") || target != want.target || len(opts) != want.opts {
			t.Errorf("%s: %q %d %v", address, target, len(opts), err)
		}
	}
}
