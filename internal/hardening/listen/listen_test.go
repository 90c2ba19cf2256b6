package listen

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// root makes files of lines "PATH -> LINK", "PATH = STATUS" (an ELF file) and
// "PATH: TEXT", in which \n stands for a line break.
func root(t *testing.T, lines string) []File {
	t.Helper()
	var files []File
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		line = strings.TrimSpace(line)
		if name, text, ok := strings.Cut(line, ": "); ok {
			files = append(files, File{Path: name, Text: []byte(strings.ReplaceAll(text, `\n`, "\n"))})
		} else if name, link, ok := strings.Cut(line, " -> "); ok {
			files = append(files, File{Path: name, Link: link})
		} else if name, status, ok := strings.Cut(line, " = "); ok {
			files = append(files, File{Path: name, Listens: prove.Status(status)})
		} else {
			t.Fatalf("line %q", line)
		}
	}
	return files
}

func TestServices(t *testing.T) {
	for _, tt := range []struct{ name, files, want string }{
		{"nothing", "etc/passwd: x", ""},
		{"a script names a server by PATH", "init: #!/bin/sh\\nxenstored --pid || fail\nusr/sbin/xenstored = proved", "program xenstored usr/sbin/xenstored by init"},
		{"by an absolute path", "init: #!/bin/sh\\nexec /usr/lib/x/d\nusr/lib/x/d = proved", "program d usr/lib/x/d by init"},
		{"by a link of a directory", "init: #!/bin/sh\\n/sbin/d\nsbin -> usr/sbin\nusr/sbin/d = proved", "program d usr/sbin/d by init"},
		{"in a comment", "init: #!/bin/sh\\n# d is not started\\ntrue\nsbin/d = proved", ""},
		{"in quotes", "init: #!/bin/sh\\nsu -c 'd -x'\nsbin/d = proved", "program d sbin/d by init"},
		{"a program that cannot listen", "init: #!/bin/sh\\nd\nsbin/d = refuted", ""},
		{"a static program", "init: #!/bin/sh\\nd\nsbin/d = unknown", "program d sbin/d by init"},
		{"a server that nobody starts", "init: #!/bin/sh\\ntrue\nsbin/d = proved", ""},
		{"a script of a script", "init: #!/bin/sh\\n/etc/start\netc/start: #!/bin/sh\\nd; ./start; /etc/start\nsbin/d = proved", "program d sbin/d by etc/start"},
		{"process 1 itself", "sbin/init -> ../lib/systemd/systemd\nlib/systemd/systemd = proved", "program init lib/systemd/systemd by process 1"},
		{"an applet", "init: #!/bin/sh\\ntelnetd; mount x; sh\nsbin/telnetd -> ../bin/busybox\nbin/mount -> busybox\nbin/sh -> busybox\nbin/busybox = proved",
			"program telnetd bin/busybox by init"},
		{"inittab", "etc/inittab: # a\\n::sysinit:/etc/rc\\nS0:2345:off:d\\n::respawn:/sbin/d -n\nsbin/d = proved", "program d sbin/d by etc/inittab"},
		{"inittab, off", "etc/inittab: S0:2345:off:/sbin/d\nsbin/d = proved", ""},
		{"rc scripts", "etc/init.d/S50d: #!/bin/sh\\nstart-stop-daemon --exec /sbin/d\netc/init.d/unused: #!/bin/sh\\ne\nsbin/d = proved\nsbin/e = proved", "program d sbin/d by etc/init.d/S50d"},
		{"rc links", "etc/rc2.d/S01d -> ../init.d/d\netc/init.d/d: #!/bin/sh\\nd\nsbin/d = proved", "program d sbin/d by etc/init.d/d"},
		{"a socket", "etc/systemd/system/sockets.target.wants/a.socket -> /usr/lib/systemd/system/a.socket\nusr/lib/systemd/system/a.socket: [Socket]\\nListenStream=22\\nListenDatagram = /run/a",
			"systemd socket a.socket usr/lib/systemd/system/a.socket by etc/systemd/system/sockets.target.wants/a.socket"},
		{"a socket that is not enabled", "usr/lib/systemd/system/a.socket: [Socket]\\nListenStream=22", ""},
		{"a socket that is masked", "usr/lib/systemd/system/sockets.target.wants/a.socket -> ../a.socket\nusr/lib/systemd/system/a.socket: [Socket]\\nListenStream=22\netc/systemd/system/a.socket -> /dev/null", ""},
		{"a FIFO", "etc/systemd/system/sockets.target.wants/a.socket -> /x\nusr/lib/systemd/system/a.socket: [Socket]\\nListenFIFO=/run/a", ""},
		{"a socket reset by a drop-in", "usr/lib/systemd/system/sockets.target.wants/a.socket -> ../a.socket\nusr/lib/systemd/system/a.socket: [Socket]\\nListenStream=22\netc/systemd/system/a.socket.d/x.conf: [Socket]\\nListenStream=", ""},
		{"a service", "etc/systemd/system/multi-user.target.wants/s.service -> /lib/systemd/system/s.service\nlib/systemd/system/s.service: [Service]\\nExecStart=-/usr/sbin/sshd \\\\n -D\nusr/sbin/sshd = proved",
			"program sshd usr/sbin/sshd by lib/systemd/system/s.service"},
		{"an instance", "etc/systemd/system/a.wants/s@1.service -> /lib/systemd/system/s@.service\nlib/systemd/system/s@.service: [Service]\\nExecStart=@/sbin/d d\nsbin/d = proved",
			"program d sbin/d by lib/systemd/system/s@.service"},
		{"inetd", "etc/inetd.conf: # x\\n#off stream tcp nowait root /x x\\nftp stream tcp nowait root /usr/sbin/ftpd ftpd", "inetd ftp/tcp etc/inetd.conf by etc/inetd.conf"},
		{"xinetd", "etc/xinetd.d/a: service a\\n{\\n disable = no\\n}\\nservice b\\n{\\n disable=yes\\n}", "xinetd a etc/xinetd.d/a by etc/xinetd.d/a"},
		{"links in a ring", "init -> linuxrc\nlinuxrc -> init", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Services(root(t, tt.files)) {
				if s.Why == "" {
					t.Errorf("%+v has no reason", s)
				}
				got = append(got, fmt.Sprintf("%s %s %s by %s", s.Kind, s.Name, s.Path, strings.Join(s.By, ",")))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWanted(t *testing.T) {
	for name, want := range map[string]bool{
		"etc/inetd.conf": true, "etc/rc5.d/S01x": true, "usr/lib/systemd/system/a.socket": true, "usr/lib/systemd/user/a.socket": false,
		"usr/bin/x": false, "init": true,
	} {
		if got := Wanted(name, []byte("text")); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !Wanted("usr/bin/x", []byte("#!/bin/sh")) {
		t.Error("a script is not read")
	}
}

// FuzzServices: no text ends in a panic, and every service says what it is.
func FuzzServices(f *testing.F) {
	f.Add("#!/bin/sh\nd -x\n", "a -> b")
	f.Add("::respawn:/sbin/d\nservice x\n{\n}\n", "init")
	f.Add("[Socket]\nListenStream=1\n", "/../..")
	f.Fuzz(func(t *testing.T, text, link string) {
		files := []File{{Path: "sbin/d", Listens: prove.Proved}, {Path: "usr/lib/systemd/system/a.socket", Text: []byte(text)},
			{Path: "etc/systemd/system/x.wants/a.socket", Link: link}, {Path: "bin", Link: link}}
		for _, name := range []string{"init", "etc/inittab", "etc/inetd.conf", "etc/xinetd.d/x"} {
			files = append(files, File{Path: name, Text: []byte(text)})
		}
		for _, s := range Services(files) {
			if s.Path == "" || s.Kind == "" || len(s.By) == 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}
