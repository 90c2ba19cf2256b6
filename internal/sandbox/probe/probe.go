// Package probe tries to get out of a container, and to learn what it should
// not know, and reports what it found. It is run by the sandbox in the same kind
// of container as a build step, before the first step.
//
// Every attempt is harmless where it succeeds: connections carry a few bytes to
// canary listeners or to addresses reserved for documentation, files are opened
// and not written, and what is created is removed.
package probe

import (
	"encoding/json"
	"fmt"
	"os"
)

// Verb is the argument with which a program that imports this package becomes
// the probe, before its main function.
const Verb = "sandbox-probe"

// Config says what the probe is to expect and where the canaries are.
type Config struct {
	Report   string   // file that the report is written to
	TCP, UDP []string // addresses of canaries
	Unix     []string // abstract names of canaries
	VSock    uint32   // port of the canary
	UID      int
	Hostname string
	Hosts    string   // content of /etc/hosts
	Resolv   string   // content of /etc/resolv.conf
	Env      []string // the whole environment
	Mounts   []string // mount points besides the container's own
}

// Check is the result of one attempt.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Report is what the probe found.
type Report struct {
	Checks  []Check           `json:"checks"`
	Visible map[string]string `json:"visible"` // facts about the host that a step can see
}

// attempt is one way to try. It says whether the container held.
type attempt struct {
	name string
	try  func(*Config) (held bool, detail string)
}

func attempts() []attempt {
	return []attempt{
		{"interfaces", interfaces}, {"routes", routes}, {"dns", dns}, {"tcp", tcp}, {"udp", udp},
		{"raw socket", raw}, {"packet socket", packet}, {"vsock", vsock}, {"vsock through 32-bit calls", vsock32},
		{"abstract unix sockets", abstract}, {"unix sockets in files", sockets},
		{"netlink: interfaces and routes", netlinkRoute}, {"netlink: audit", netlinkAudit},
		{"netlink: kernel events", netlinkUevent}, {"netlink: connector", netlinkConnector},
		{"process namespace", processes}, {"/proc/1/root", procRoot}, {"namespaces", namespaces}, {"setns", setns},
		{"mount", mount}, {"mount points", mountPoints}, {"new user namespace", userNamespace},
		{"device nodes", devices}, {"making device nodes", mknod}, {"ptrace", ptrace}, {"cgroup", cgroup},
		{"kernel settings", settings}, {"kernel calls", calls}, {"io_uring", ioUring},
		{"hostname", hostname}, {"/etc/hosts", hosts}, {"/etc/resolv.conf", resolv}, {"environment", environment},
		{"descriptors", descriptors}, {"user", user}, {"setuid", setuid}, {"capabilities", capabilities},
		{"no new privileges", noNewPrivileges}, {"system call filter", filter}, {"writable places", writable},
	}
}

// Main is the probe's program. Its argument is the Config as JSON; with two
// arguments it is a helper of one attempt.
func Main(args []string) int {
	if len(args) == 2 {
		return help(args[0], args[1])
	}
	var c Config
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &c) != nil {
		fmt.Fprintln(os.Stderr, "the sandbox's probe is started by the sandbox only")
		return 2
	}
	r := Report{Visible: visible()}
	// First, before anything has opened a descriptor of its own.
	held, detail := descriptors(&c)
	for _, a := range attempts() {
		if a.name != "descriptors" {
			held, detail := a.try(&c)
			r.Checks = append(r.Checks, Check{a.name, held, detail})
			continue
		}
		r.Checks = append(r.Checks, Check{a.name, held, detail})
	}
	data, err := json.Marshal(r)
	if err == nil {
		err = os.WriteFile(c.Report, data, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		return 1
	}
	return 0
}
