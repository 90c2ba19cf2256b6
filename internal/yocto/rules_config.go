package yocto

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

var configRules = []rule{
	{
		id: "Y02", severity: finding.High, name: "Checksums are not required",
		summary: `BB_STRICT_CHECKSUM is not "1": a file without a checksum is built with no more than a warning.`,
		why:     `BitBake's own default is "0"; the "1" of most distributions comes from default-distrovars.inc.`,
		remedy:  `set BB_STRICT_CHECKSUM = "1"`,
		config: func(c *configuration, r *report) {
			v := c.data.Get("BB_STRICT_CHECKSUM")
			if !c.uncertain("BB_STRICT_CHECKSUM", v, r) && v.Text != "1" {
				r.add(finding.Finding{Place: c.place("BB_STRICT_CHECKSUM"), Subject: "BB_STRICT_CHECKSUM",
					Message: fmt.Sprintf("BB_STRICT_CHECKSUM is %s", shown(v))})
			}
		},
		recipe: func(rec *recipe, r *report) {
			a, ok := last(rec.data, "BB_STRICT_CHECKSUM", func(bitbake.Assignment) bool { return true })
			if v := rec.data.Get("BB_STRICT_CHECKSUM"); ok && v.Text != "1" && rec.own(a.Place) {
				r.add(finding.Finding{Place: at(a.Place), Subject: "BB_STRICT_CHECKSUM", Message: fmt.Sprintf("BB_STRICT_CHECKSUM is %s for this recipe", shown(v))})
			}
		},
	},
	{
		id: "Y21", severity: finding.High, name: "Shared downloads",
		summary: "DL_DIR lies outside of the build directory, or others can write to it: its .done stamps are believed.",
		why:     "A stamp that is newer than the file makes BitBake take the checksums from the stamp, and it reads the stamp with pickle, which executes what stands in it. Whoever can write to DL_DIR decides what is built, and runs code in the build.",
		remedy:  "keep DL_DIR writable by the build's user alone; check what is there with dombuild audit yocto --downloads DIR",
		config:  sharedDownloads,
	},
	{
		id: "Y22", severity: finding.Medium, name: "Downloads are not hashed again",
		summary: "The build relies on files that are in DL_DIR already: BitBake believes their stamps, and unpacks without hashing.",
		why:     "A stamp that exists is only touched, and do_unpack hashes nothing.",
		remedy:  "check DL_DIR before each build with dombuild audit yocto --downloads DIR",
		config: func(c *configuration, r *report) {
			for _, name := range []string{"BB_NO_NETWORK", "BB_FETCH_PREMIRRORONLY"} {
				v := c.data.Get(name)
				if !c.uncertain(name, v, r) && truth(v) {
					r.add(finding.Finding{Place: c.place(name), Subject: name, Message: name + " is set: sources come from a DL_DIR or mirror that was filled before"})
				}
			}
		},
	},
	{
		id: "Y23", severity: finding.High, name: "Unsigned shared state",
		summary: "SSTATE_MIRRORS is set and SSTATE_VERIFY_SIG is not: binaries come from there unverified.",
		why:     "Shared state objects are what is installed. Without signatures whoever serves them decides what that is.",
		remedy:  `set SSTATE_VERIFY_SIG = "1" and SSTATE_VALID_SIGS, and use https`,
		config:  sharedState,
	},
	{
		id: "Y24", severity: finding.Medium, name: "Certificates are not checked",
		summary: "The fetchers are told to accept any certificate.",
		why:     "https is then no better than http.",
		remedy:  "remove the setting; add the certificate authority to the machine instead",
		config:  func(c *configuration, r *report) { certificates(c.data, nil, r) },
		recipe:  func(rec *recipe, r *report) { certificates(rec.data, rec.own, r) },
	},
	{
		id: "Y25", severity: finding.Note, name: "Any host",
		summary: "BB_ALLOWED_NETWORKS is not set: recipes may fetch from any host.",
		why:     "A list of hosts makes a new source a change that somebody has to make knowingly.",
		remedy:  `list the hosts in BB_ALLOWED_NETWORKS`,
		config: func(c *configuration, r *report) {
			v := c.data.Get("BB_ALLOWED_NETWORKS")
			if !c.uncertain("BB_ALLOWED_NETWORKS", v, r) && strings.TrimSpace(v.Text) == "" {
				r.add(finding.Finding{Place: c.place("BB_ALLOWED_NETWORKS"), Subject: "BB_ALLOWED_NETWORKS", Message: "BB_ALLOWED_NETWORKS is not set"})
			}
		},
	},
}

// shown is a value for people.
func shown(v bitbake.Value) string {
	if !v.Set {
		return "not set"
	}
	return fmt.Sprintf("%q", v.Text)
}

// own says whether a place belongs to the recipe rather than the configuration.
func (r *recipe) own(p bitbake.Place) bool {
	return strings.HasSuffix(p.File, ".bb") || strings.HasSuffix(p.File, ".bbappend") || strings.HasSuffix(p.File, ".inc") && !strings.Contains(p.File, "/conf/")
}

func sharedDownloads(c *configuration, r *report) {
	v, top := c.data.Get("DL_DIR"), c.data.Get("TOPDIR")
	if c.uncertain("DL_DIR", v, r) || !v.Set {
		return
	}
	why := ""
	if rel, err := filepath.Rel(top.Text, v.Text); filepath.IsAbs(v.Text) && (err != nil || !filepath.IsLocal(rel)) {
		why = "lies outside of the build directory"
	}
	if info, err := os.Stat(v.Text); err == nil && info.Mode().Perm()&0o022 != 0 {
		why = fmt.Sprintf("can be written to by others (mode %04o)", info.Mode().Perm())
	}
	if why != "" {
		r.add(finding.Finding{Place: c.place("DL_DIR"), Subject: "DL_DIR", Message: fmt.Sprintf("DL_DIR %s %s", v.Text, why)})
	}
}

func sharedState(c *configuration, r *report) {
	mirrors, verify := c.data.Get("SSTATE_MIRRORS"), c.data.Get("SSTATE_VERIFY_SIG")
	if c.uncertain("SSTATE_MIRRORS", mirrors, r) || c.uncertain("SSTATE_VERIFY_SIG", verify, r) || strings.TrimSpace(mirrors.Text) == "" {
		return
	}
	if !truth(verify) {
		r.add(finding.Finding{Place: c.place("SSTATE_MIRRORS"), Subject: "SSTATE_MIRRORS", Message: "shared state is taken from mirrors without signatures", Evidence: evidence(mirrors.Text)})
	}
	if strings.Contains(mirrors.Text, "http://") || strings.Contains(mirrors.Text, "ftp://") {
		r.add(finding.Finding{Place: c.place("SSTATE_MIRRORS"), Subject: "SSTATE_MIRRORS http", Message: "shared state is fetched without authentication", Evidence: evidence(mirrors.Text)})
	}
}

// evidence is a value in words, shortened.
func evidence(text string) []string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, `\n`, " ")), " ")
	if len(text) > 300 {
		text = text[:300] + " …"
	}
	return []string{text}
}

// fetchCommands are the variables that hold the commands of the fetchers.
var fetchCommands = []string{"FETCHCMD_wget", "FETCHCMD_git", "FETCHCMD_svn", "FETCHCMD_hg", "FETCHCMD_s3", "FETCHCMD_npm", "FETCHCMD_p4", "FETCHCMD_repo", "FETCHCMD_ccrc", "FETCHCMD_bzr", "FETCHCMD_cvs", "FETCHCMD_osc"}

// trusting are the options that make a command accept any certificate or host.
var trusting = []string{"--no-check-certificate", "--no-verify-ssl", "--insecure", "http.sslVerify=false", "http.sslverify=false", "--trust-server-cert", "StrictHostKeyChecking=no", "strict-ssl=false"}

// certificates judges the configuration, or, with own, what a recipe adds.
func certificates(d Metadata, own func(bitbake.Place) bool, r *report) {
	mine := func(name string) bool {
		_, ok := last(d, name, func(a bitbake.Assignment) bool { return own == nil || own(a.Place) })
		return ok
	}
	if v := d.Get("BB_CHECK_SSL_CERTS"); v.Text == "0" && mine("BB_CHECK_SSL_CERTS") {
		r.add(finding.Finding{Place: at(placeOf(d, "BB_CHECK_SSL_CERTS")), Subject: "BB_CHECK_SSL_CERTS", Message: `BB_CHECK_SSL_CERTS is "0"`})
	}
	if v := d.Get("GIT_SSL_NO_VERIFY"); v.Text != "" && mine("GIT_SSL_NO_VERIFY") {
		r.add(finding.Finding{Place: at(placeOf(d, "GIT_SSL_NO_VERIFY")), Subject: "GIT_SSL_NO_VERIFY", Message: "GIT_SSL_NO_VERIFY is set"})
	}
	for _, name := range fetchCommands {
		text := d.Get(name).Text
		for _, option := range trusting {
			if strings.Contains(text, option) && mine(name) {
				r.add(finding.Finding{Place: at(placeOf(d, name)), Subject: name, Message: fmt.Sprintf("%s has %s", name, option), Evidence: evidence(text)})
			}
		}
	}
}
