package listen

import (
	"strings"
)

// inetd finds the lines of inetd.conf: service, socket type, protocol, flags,
// user, program and arguments. Those of busybox look alike.
func (t *tree) inetd() {
	for _, p := range t.paths {
		if p != "etc/inetd.conf" && !strings.HasPrefix(p, "etc/inetd.d/") {
			continue
		}
		for line := range strings.Lines(string(t.files[p].Text)) {
			words := strings.Fields(line)
			if len(words) >= 6 && !strings.HasPrefix(words[0], "#") {
				t.add(Service{Path: p, Name: words[0] + "/" + words[2], Kind: Inetd, Why: "inetd listens for " + words[5]}, p)
			}
		}
	}
}

// xinetd finds the services of xinetd that are not disabled.
func (t *tree) xinetd() {
	for _, p := range t.paths {
		if p != "etc/xinetd.conf" && !strings.HasPrefix(p, "etc/xinetd.d/") {
			continue
		}
		name, disabled := "", false
		for line := range strings.Lines(string(t.files[p].Text)) {
			words := strings.Fields(strings.ReplaceAll(line, "=", " = "))
			switch {
			case len(words) >= 2 && words[0] == "service":
				name, disabled = words[1], false
			case len(words) == 3 && words[0] == "disable" && words[1] == "=":
				disabled = words[2] == "yes"
			case len(words) == 1 && words[0] == "}":
				if name != "" && !disabled {
					t.add(Service{Path: p, Name: name, Kind: Xinetd, Why: "xinetd listens for it"}, p)
				}
				name = ""
			}
		}
	}
}
