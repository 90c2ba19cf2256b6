package explain

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Classify says what most likely caused a difference, "" when what is seen does
// not tell: an unknown cause is better than a wrong one. A Cause that d has
// already is kept, because whoever set it saw more.
func Classify(d Difference) Cause { return Hints{}.Classify(d) }

// Classify says what most likely caused a difference in two builds of which
// something is known.
func (h Hints) Classify(d Difference) Cause {
	if d.Cause != "" {
		return d.Cause
	}
	switch d.Kind {
	case Mode:
		return Permissions
	case Owner:
		return User
	case Order:
		return Ordering
	case ModTime:
		return h.timeCause(d)
	case Device, TypeOf, OnlyLeft, OnlyRight:
		return ""
	case Layout:
		return layoutCause(d)
	case Field:
		return h.fieldCause(d)
	case Xattr:
		return xattrCause(d)
	}
	return h.valueCause(d)
}

// valueCause explains two texts. With several causes none is said.
func (h Hints) valueCause(d Difference) Cause {
	if d.Left == "" || d.Right == "" || d.Left == d.Right {
		return ""
	}
	var cause Cause
	for i, f := range h.explainPair(d.Left, d.Right) {
		if i > 0 && f.cause != cause {
			return ""
		}
		cause = f.cause
	}
	return cause
}

// timeLayouts are how a time of an entry may be written.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05", "2006-01-02T15:04:05"}

// timeCause: a time that is off by a whole number of half hours was written in
// local time, as FAT and zip do.
func (h Hints) timeCause(d Difference) Cause {
	l, okLeft := readTime(d.Left)
	r, okRight := readTime(d.Right)
	if !okLeft || !okRight {
		return Timestamp
	}
	shift := r.Sub(l)
	if known, ok := h.zoneShift(); ok && shift.Abs() == known.Abs() {
		return Timezone
	}
	if h.built(l, r, 0) {
		return Timestamp
	}
	cause, _ := shiftCause(shift, "")
	return cause
}

func readTime(s string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// packed are formats whose writers compress: other bytes of the same entries
// come from levels, versions or the number of threads.
var packed = regexp.MustCompile(`\.(gz|tgz|xz|txz|zst|bz2|lz4|lzma|zip|jar|squashfs|sqfs|erofs|deb|apk|rpm)$|(gzip|xz|zstd|bzip2|lz4|squashfs)$`)

func layoutCause(d Difference) Cause {
	if len(d.Path) > 0 && packed.MatchString(d.Path[len(d.Path)-1]) {
		return Compression
	}
	return ""
}

func xattrCause(d Difference) Cause {
	for _, part := range append(slices.Clone(d.Path), d.Detail) {
		if strings.Contains(part, "security.ima") || strings.Contains(part, "security.evm") {
			return SigningKey
		}
	}
	return ""
}

// fields are what the names of a format's fields tell, by their words in lower
// case. The first row that matches counts.
var fields = []struct {
	words []string // all of them are in the name
	cause Cause
}{
	{[]string{"build", "id"}, BuildID},
	{[]string{"buildid"}, BuildID},
	{[]string{"hash", "seed"}, Random},
	{[]string{"seed"}, Random},
	{[]string{"generation"}, Random},
	{[]string{"uuid"}, UUID},
	{[]string{"guid"}, UUID},
	{[]string{"volume", "id"}, UUID},
	{[]string{"volume", "serial"}, UUID},
	{[]string{"serial"}, UUID},
	{[]string{"disk", "id"}, UUID},
	{[]string{"fsid"}, UUID},
	{[]string{"signature"}, SigningKey},
	{[]string{"certificate"}, SigningKey},
	{[]string{"certificates"}, SigningKey},
	{[]string{"security", "directory"}, SigningKey},
	{[]string{"authenticode"}, SigningKey},
	{[]string{"atime"}, Timestamp},
	{[]string{"ctime"}, Timestamp},
	{[]string{"mtime"}, Timestamp},
	{[]string{"crtime"}, Timestamp},
	{[]string{"btime"}, Timestamp},
	{[]string{"wtime"}, Timestamp},
	{[]string{"time"}, Timestamp},
	{[]string{"date"}, Timestamp},
	{[]string{"timestamp"}, Timestamp},
	{[]string{"timedatestamp"}, Timestamp},
	{[]string{"created"}, Timestamp},
	{[]string{"modified"}, Timestamp},
	{[]string{"accessed"}, Timestamp},
	{[]string{"checked"}, Timestamp},
	{[]string{"lastcheck"}, Timestamp},
	{[]string{"buildtime"}, Timestamp},
	{[]string{"creation"}, Timestamp},
	{[]string{"ino"}, Inode},
	{[]string{"inode"}, Inode},
	{[]string{"inodes"}, Inode},
	{[]string{"dev"}, Inode},
	{[]string{"devmajor"}, Inode},
	{[]string{"devminor"}, Inode},
	{[]string{"cluster"}, Inode},
	{[]string{"extents"}, Inode},
	{[]string{"uid"}, User},
	{[]string{"gid"}, User},
	{[]string{"uname"}, User}, // of tar: the name of the owner
	{[]string{"gname"}, User},
	{[]string{"owner"}, User},
	{[]string{"group"}, User},
	{[]string{"user"}, User},
	{[]string{"mode"}, Permissions},
	{[]string{"umask"}, Permissions},
	{[]string{"buildhost"}, Hostname},
	{[]string{"hostname"}, Hostname},
	{[]string{"host"}, Hostname},
	{[]string{"xfl"}, Compression},
	{[]string{"compression"}, Compression},
	{[]string{"compressor"}, Compression},
	{[]string{"level"}, Compression},
	{[]string{"method"}, Compression},
}

var (
	fieldWord = regexp.MustCompile(`[A-Za-z]+`)
	camel     = regexp.MustCompile(`([a-z])([A-Z])`)
)

// fieldCause goes by the name of the field: the last element of the path, or
// the Detail up to a colon. Hints that match the values win.
func (h Hints) fieldCause(d Difference) Cause {
	if c := h.valueCause(Difference{Left: d.Left, Right: d.Right}); c != "" {
		return c
	}
	names := []string{d.Detail}
	if i := strings.IndexByte(d.Detail, ':'); i >= 0 {
		names[0] = d.Detail[:i]
	}
	if n := len(d.Path); n > 0 {
		names = append(names, d.Path[n-1])
	}
	for _, name := range names {
		words := fieldWord.FindAllString(strings.ToLower(camel.ReplaceAllString(name, "$1 $2")), -1)
		whole := fieldWord.FindAllString(strings.ToLower(name), -1)
		for _, f := range fields {
			all := func(w string) bool { return slices.Contains(words, w) || slices.Contains(whole, w) }
			if len(words) > 0 && len(words) <= 6 && every(f.words, all) {
				return f.cause
			}
		}
	}
	return ""
}
