package debroot

import (
	"archive/tar"
	"crypto/md5"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

const dpkgDir = "var/lib/dpkg/"

// database adds the state of dpkg in which every package is unpacked and waits
// to be configured.
func (t tree) database(pkgs []*pkg) error {
	var status strings.Builder
	interests := map[string][]string{}
	for _, p := range pkgs {
		if err := t.packageStatus(&status, p); err != nil {
			return err
		}
		p.interests(interests)
		for _, m := range p.members {
			t.set(dpkgDir+"info/"+p.infoName()+"."+m.name, memberMode(m.name), m.data)
		}
		t.set(dpkgDir+"info/"+p.infoName()+".list", 0o644, []byte(p.fileList()))
	}
	t.set(dpkgDir+"status", 0o644, []byte(status.String()))
	t.set(dpkgDir+"available", 0o644, nil)
	t.set(dpkgDir+"info/format", 0o644, []byte("1\n"))
	for _, dir := range []string{"alternatives", "parts", "triggers", "updates"} {
		t.put(&entry{path: dpkgDir + dir, kind: tar.TypeDir, mode: 0o755})
	}
	for file, lines := range interests {
		t.set(dpkgDir+"triggers/"+file, 0o644, []byte(strings.Join(lines, "\n")+"\n"))
	}
	return nil
}

func (t tree) set(path string, mode int64, data []byte) {
	t[path] = &entry{path: path, kind: tar.TypeReg, mode: mode, content: newContent(data)}
}

func memberMode(name string) int64 {
	switch name {
	case "config", "postinst", "postrm", "preinst", "prerm":
		return 0o755
	}
	return 0o644
}

// infoName is the stem of the package's files in dpkg's database.
func (p *pkg) infoName() string {
	if p.control.fields["multi-arch"] == "same" {
		return p.Name + ":" + p.Architecture
	}
	return p.Name
}

func (p *pkg) member(name string) string {
	for _, m := range p.members {
		if m.name == name {
			return string(m.data)
		}
	}
	return ""
}

// fileList lists the package's paths, every directory above them included.
func (p *pkg) fileList() string {
	all := map[string]bool{}
	for _, path := range p.list {
		for path = path[1:]; path != ""; path = parent(path) {
			all["/"+path] = true
		}
	}
	return strings.Join(append([]string{"/."}, slices.Sorted(maps.Keys(all))...), "\n") + "\n"
}

func (t tree) packageStatus(w *strings.Builder, p *pkg) error {
	for _, name := range p.control.names {
		fmt.Fprintf(w, "%s: %s\n", name, p.control.fields[strings.ToLower(name)])
		if strings.EqualFold(name, "package") {
			w.WriteString("Status: install ok unpacked\n")
		}
	}
	conffiles, err := t.conffiles(p)
	if err != nil {
		return err
	}
	w.WriteString(conffiles + "\n")
	return nil
}

// conffiles is the package's Conffiles field. dpkg compares with MD5.
func (t tree) conffiles(p *pkg) (string, error) {
	field := ""
	for line := range strings.Lines(p.member("conffiles")) {
		name := strings.TrimSpace(line)
		e := t[mergeUsr(strings.TrimPrefix(name, "/"))]
		if e == nil || e.kind != tar.TypeReg {
			continue // e.g. "remove-on-upgrade /etc/x"
		}
		h := md5.New()
		if _, err := io.Copy(h, e.content.reader()); err != nil {
			return "", fmt.Errorf("reading %s: %w", name, err)
		}
		field += fmt.Sprintf(" %s %x\n", name, h.Sum(nil))
	}
	if field != "" {
		field = "Conffiles:\n" + field
	}
	return field, nil
}

// interests collects which package wants which trigger, by file of the
// database: one for all paths, one for each other trigger.
func (p *pkg) interests(files map[string][]string) {
	for line := range strings.Lines(p.member("triggers")) {
		words := strings.Fields(line)
		if len(words) != 2 || !strings.HasPrefix(words[0], "interest") {
			continue
		}
		who := p.infoName()
		if strings.HasSuffix(words[0], "-noawait") {
			who += "/noawait"
		}
		if strings.HasPrefix(words[1], "/") {
			files["File"] = append(files["File"], words[1]+" "+who)
		} else if controlName(words[1]) {
			files[words[1]] = append(files[words[1]], who)
		}
	}
}
