package image

import "errors"

// aaip gathers the fields "AL", in which libisofs records extended attributes
// (Arbitrary Attribute Interchange Protocol 2.0). What is in them behind five
// bytes of header and flags is one sequence of components, each with flags,
// a size and bytes; bit 0 of the flags says that the next one goes on with it.
// Names and values take turns.
type aaip struct{ sequence []byte }

var errAAIP = errors.New("damaged extended attributes")

func (a *aaip) add(field []byte) error {
	if len(field) < 5 {
		return errAAIP
	}
	if len(a.sequence) > maxXattrsSum {
		return errXattrs
	}
	a.sequence = append(a.sequence, field[5:]...)
	return nil
}

// parts puts the components together.
func (a *aaip) parts() ([][]byte, error) {
	var parts [][]byte
	more := false
	for b := a.sequence; len(b) > 0; {
		if len(b) < 2 || int(b[1])+2 > len(b) {
			return nil, errAAIP
		}
		text := b[2 : 2+int(b[1])]
		if more {
			parts[len(parts)-1] = append(parts[len(parts)-1], text...)
		} else {
			parts = append(parts, append([]byte{}, text...))
		}
		more, b = b[0]&1 != 0, b[2+int(b[1]):]
	}
	if more || len(parts)%2 != 0 || len(parts) > 2*maxXattrs {
		return nil, errAAIP
	}
	return parts, nil
}

// aaipPrefixes are what the first byte of a name stands for.
var aaipPrefixes = map[byte]string{1: "", 2: "system.", 3: "user.", 4: "isofs.", 5: "trusted.", 6: "security."}

// parse returns the attributes. An access control list, which has no name and
// a form of its own, is shown as "aaip.acl".
func (a *aaip) parse() (map[string][]byte, error) {
	parts, err := a.parts()
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	attrs := map[string][]byte{}
	for ; len(parts) > 0; parts = parts[2:] {
		name, value := parts[0], parts[1]
		switch {
		case len(name) == 0:
			name = []byte("aaip.acl")
		case name[0] < 32:
			prefix, ok := aaipPrefixes[name[0]]
			if !ok {
				return nil, errAAIP
			}
			name = append([]byte(prefix), name[1:]...)
		}
		attrs[string(name)] = value
	}
	return attrs, nil
}
