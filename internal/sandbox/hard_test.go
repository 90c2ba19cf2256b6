package sandbox

import (
	"fmt"
	"strings"
	"testing"
)

// TestNothingGetsOut is a package script that tries everything it can, and
// canaries on the host that count what reaches them.
func TestNothingGetsOut(t *testing.T) {
	b := openBench(t, Options{})
	nothingGetsOut(b)
}

func nothingGetsOut(b *bench) {
	b.Helper()
	birds, err := release()
	if err != nil {
		b.Fatal(err)
	}
	defer birds.stop.Close()
	var args []string
	try := func(a ...string) { args = append(append(append(args, "mustfail"), a...), ";") }
	for _, a := range append(birds.addresses("tcp"), "192.0.2.1:80", "169.254.169.254:80") {
		try("dial", "tcp", a)
	}
	for _, a := range birds.addresses("udp") {
		args = append(args, "try", "dial", "udp", a, ";") // a packet to its own loopback may go
	}
	for _, a := range append(birds.addresses("unix"), "dombuild-nobody") {
		try("dial", "unix", "@"+a)
	}
	try("dial", "unixgram", "@"+birds.addresses("unixgram")[0])
	try("lookup", "example.org")
	try("lookup", "localhost.example.org.")
	try("vsock", "2", fmt.Sprint(birds.vsock))
	try("vsock", "1", fmt.Sprint(birds.vsock))
	try("socket", "17", "3", "768") // AF_PACKET
	try("socket", "2", "3", "1")    // raw ICMP
	try("socket", "16", "3", "9")   // netlink audit
	try("socket", "16", "3", "15")  // netlink kernel events
	try("link")
	try("mount", "none", "/tmp", "tmpfs")
	try("mount", "/", "/build", "bind")
	try("setns", "/proc/1/ns/net")
	try("cat", "/proc/1/root/etc/shadow")
	try("cat", "/proc/kcore")
	try("cat", "/dev/kmsg")
	for _, p := range []string{"/x", "/etc/x", "/guest", "/sources/in/file", "/sources/x", "/inputs/tree/x", "/etc/hosts",
		"/proc/sys/kernel/core_pattern", "/sys/fs/cgroup/x", "/dev/x"} {
		try("write", p, "x")
	}
	tree := b.put(makeTar(b, map[string]string{"a": "a"}))
	x := b.exec(append(args, "write", "/out/done", "yes")...)
	x.Mounts = []Mount{{Target: "/sources/in", Blob: tree, Filename: "file"}, {Target: "/inputs/tree", Blob: tree, Unpack: true}}
	r, err := b.run(x, Sink{})
	if err != nil {
		b.Fatalf("%v\n%s", err, r.log.String())
	}
	if len(r.files) != 1 || r.files["done"] != "yes" {
		b.Errorf("output: %v", r.order)
	}
	if n := strings.Count(r.log.String(), "as it should: "); n != strings.Count(strings.Join(x.Args, " "), "mustfail") {
		b.Errorf("%d attempts failed:\n%s", n, r.log.String())
	}
	for _, k := range birds.counts() {
		if k.Count != 0 {
			b.Errorf("%s canary on %s counted %d", k.Network, k.Address, k.Count)
		}
	}
}

// TestCanariesCount makes sure that a canary that is reached counts.
func TestCanariesCount(t *testing.T) {
	birds, err := release()
	if err != nil {
		t.Fatal(err)
	}
	defer birds.stop.Close()
	sent := 0
	for _, n := range []string{"tcp", "udp", "unix", "unixgram"} {
		for _, a := range birds.addresses(n) {
			if strings.HasPrefix(n, "unix") {
				a = "@" + a
			}
			knock(t, n, a)
			sent++
		}
	}
	eventually(t, func() bool {
		for _, k := range birds.counts() {
			if k.Count != 1 && k.Skipped == "" && k.Network != "vsock" {
				return false
			}
		}
		return true
	})
	if sent < 4 {
		t.Errorf("only %d canaries", sent)
	}
}

// TestEnvironment: nothing of this process's environment reaches a step.
func TestEnvironment(t *testing.T) {
	t.Setenv("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("BUILDKIT_DEBUG_EXEC_OUTPUT", "0")
	b := openBench(t, Options{})
	x := b.exec("env")
	x.Env = []string{"B=2", "A=1"}
	r := b.must(x)
	want := "B=2\nA=1\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/\n"
	got := r.log.String()
	for _, l := range strings.Split(strings.TrimSpace(want), "\n") {
		if !strings.Contains(got, l+"\n") {
			t.Errorf("no %s", l)
		}
	}
	if len(got) != len(want) {
		t.Errorf("environment:\n%s", got)
	}
}
