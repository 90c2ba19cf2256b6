package boot

import "strings"

// maxLine is where a line without an end is cut.
const maxLine = 4096

// liner turns what a serial terminal is sent into lines of plain text. Escape
// sequences vanish; those that move the cursor, like a carriage return before
// anything but a line feed, end a line.
type liner struct {
	state func(*liner, byte)
	text  []byte
	cr    bool
	emit  func(line string)
}

func newLiner(emit func(string)) *liner { return &liner{state: (*liner).plain, emit: emit} }

func (l *liner) write(p []byte) {
	for _, b := range p {
		l.state(l, b)
	}
}

// partial is the line that has no end yet.
func (l *liner) partial() string { return clean(l.text) }

func (l *liner) plain(b byte) {
	if l.cr && b != '\r' && b != '\n' && len(l.text) > 0 {
		l.end()
	}
	l.cr = b == '\r'
	switch {
	case b == '\n':
		l.end()
	case b == 0x1b:
		l.state = (*liner).escaped
	case b == '\t':
		l.text = append(l.text, ' ')
	case b == '\b' && len(l.text) > 0:
		l.text = l.text[:len(l.text)-1]
	case b >= ' ' && b != 0x7f:
		l.text = append(l.text, b)
	}
	if len(l.text) >= maxLine {
		l.end()
	}
}

func (l *liner) end() {
	l.emit(clean(l.text))
	l.text, l.cr = l.text[:0], false
}

func clean(b []byte) string { return strings.TrimRight(strings.ToValidUTF8(string(b), "?"), " ") }

// escaped is the state behind an escape character.
func (l *liner) escaped(b byte) {
	switch b {
	case '[':
		l.state = (*liner).sequence
	case ']', 'P', '_', '^', 'X':
		l.state = (*liner).ended
	case '(', ')', '*', '+', '#', '%', ' ':
		l.state = (*liner).skipped
	default:
		l.state = (*liner).plain
	}
}

// sequence is the state in a control sequence, up to its final byte.
func (l *liner) sequence(b byte) {
	if b == 0x1b {
		l.state = (*liner).escaped
		return
	}
	if b >= 0x20 && b < 0x40 {
		return
	}
	l.state = (*liner).plain
	switch b {
	case 'A', 'B', 'E', 'F', 'H', 'J', 'd', 'f':
		if len(l.text) > 0 {
			l.end()
		}
	case '\n', '\r':
		l.plain(b)
	}
}

// ended is the state in a string that ends in BEL or ESC and a further byte.
func (l *liner) ended(b byte) {
	switch b {
	case 0x07, '\n':
		l.state = (*liner).plain
	case 0x1b:
		l.state = (*liner).skipped
	}
}

// skipped is the state before the last byte of a sequence.
func (l *liner) skipped(byte) { l.state = (*liner).plain }
