package explain

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/pem"
	"io"
	"strings"
)

// moduleMagic ends a signed kernel module; before it stands struct
// module_signature of 12 bytes, before that the PKCS #7 signature
// (include/linux/module_signature.h).
const (
	moduleMagic   = "~Module signature appended~\n"
	signatureInfo = 12
)

// moduleSignatures are the sizes of the signatures that are appended to kernel
// modules, with all that belongs to them; 0 without one.
func moduleSignatures(p pair) (left, right int64, err error) {
	if left, err = moduleSignature(p.left); err != nil {
		return 0, 0, err
	}
	right, err = moduleSignature(p.right)
	return left, right, err
}

func moduleSignature(c Content) (int64, error) {
	const tail = int64(signatureInfo + len(moduleMagic))
	if c.Size() < tail {
		return 0, nil
	}
	b, err := readSpan(c, span{c.Size() - tail, c.Size()})
	if err != nil || string(b[signatureInfo:]) != moduleMagic {
		return 0, err
	}
	n := int64(binary.BigEndian.Uint32(b[signatureInfo-4:])) + tail
	if n > c.Size() {
		return 0, nil
	}
	return n, nil
}

// explainSigned explains the module and its signature apart.
func explainSigned(ctx context.Context, path string, p pair, left, right int64, opt Options) ([]Difference, error) {
	split := func(c Content, n int64) (body, sig *io.SectionReader) {
		return io.NewSectionReader(c, 0, c.Size()-n), io.NewSectionReader(c, c.Size()-n, n)
	}
	leftBody, leftSig := split(p.left, left)
	rightBody, rightSig := split(p.right, right)
	body := pair{leftBody, rightBody}
	e, err := compare(ctx, body)
	if err != nil {
		return nil, err
	}
	var all []Difference
	if !e.equal() {
		if all, err = explain(ctx, path, body, e, opt); err != nil {
			return nil, err
		}
	}
	d := Difference{Path: []string{"module signature"}, Kind: Bytes, Left: plural(left, "byte"), Right: plural(right, "byte")}
	sig := pair{leftSig, rightSig}
	s, err := compare(ctx, sig)
	switch {
	case err != nil:
		return nil, err
	case left == 0 || right == 0:
		d.Detail = "only one side is signed"
		return append(all, d), nil
	case s.equal():
		return all, nil
	case e.equal():
		d.Cause, d.Detail = SigningKey, "only the signature differs: the same module, signed with another key or at another time"
	default:
		d.Detail = "the signature: follows from the differences of the module, if the key is the same"
	}
	if s.sizes[0] == s.sizes[1] {
		view, err := windows(sig, place{}, s.ranges)
		if err != nil {
			return nil, err
		}
		d.Lines = view.Lines
	}
	return append(all, d), nil
}

// explainArmour recognises keys, certificates and signatures in PEM or OpenPGP
// armour that are the whole of a text.
func explainArmour(p pair, w window, opt Options) (Difference, bool) {
	if p.left.Size() > headSize || p.right.Size() > headSize {
		return Difference{}, false
	}
	var kinds [2]string
	for i, c := range []Content{p.left, p.right} {
		b, err := readSpan(c, span{0, c.Size()})
		if err != nil {
			return Difference{}, false
		}
		kinds[i] = armourOf(b)
	}
	if kinds[0] == "" || kinds[0] != kinds[1] {
		return Difference{}, false
	}
	return Difference{Kind: Text, Cause: SigningKey, Detail: "two of " + printable(strings.ToLower(kinds[0])), Lines: w.view(opt)}, true
}

// armourOf is the kind of the one armoured block in b, if that has to do with
// signing: "RSA PRIVATE KEY", "CERTIFICATE", "PGP SIGNATURE".
func armourOf(b []byte) string {
	b = bytes.TrimSpace(b)
	if block, rest := pem.Decode(b); block != nil && len(bytes.TrimSpace(rest)) == 0 && bytes.HasPrefix(b, []byte("-----BEGIN")) {
		for _, kind := range []string{"KEY", "CERTIFICATE", "PKCS7", "CMS", "SIGNATURE"} {
			if strings.HasSuffix(block.Type, kind) {
				return block.Type
			}
		}
	}
	const pgp = "-----BEGIN PGP SIGNATURE-----"
	if bytes.HasPrefix(b, []byte(pgp)) && bytes.HasSuffix(b, []byte("-----END PGP SIGNATURE-----")) {
		return "PGP SIGNATURE"
	}
	return ""
}
