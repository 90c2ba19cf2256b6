package prove

import (
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
)

// Note and property types, see the Linux Extensions to gABI, sections 2.1.6
// and 2.1.7, and the supplements of x86-64 and AArch64.
const (
	noteABITag     = 1
	noteBuildID    = 3
	noteProperty   = 5
	propertyX86    = 0xc0000002 // GNU_PROPERTY_X86_FEATURE_1_AND
	propertyARM64  = 0xc0000000 // GNU_PROPERTY_AARCH64_FEATURE_1_AND
	maxBuildIDSize = 64
)

// notes is what the notes of the owner GNU say.
type notes struct {
	system     bool   // an operating system is named
	buildID    string // hexadecimal, empty when there is none
	properties int    // number of property notes
	featureSet bool   // a feature word for this machine is there
	features   uint32 // FEATURE_1_AND; of several notes, what all have
}

// scanNotes reads the notes that the loader reads, or in a file without
// segments those of its sections. A build-id counts wherever it is: Go's
// linker leaves it out of the segment.
func (o *object) scanNotes() (*notes, error) {
	loaded := &notes{}
	segments := 0
	for _, s := range o.segments {
		if s.typ == elf.PT_NOTE && !o.debug {
			segments++
			if err := o.addNotes(loaded, s.off, s.filesz, s.align); err != nil {
				return nil, err
			}
		}
	}
	if segments > 0 && (loaded.buildID != "" || o.sectionErr != nil) {
		return loaded, nil
	}
	if o.sectionErr != nil {
		return nil, o.sectionErr
	}
	inSections := &notes{}
	for _, s := range o.sections {
		if s.typ == elf.SHT_NOTE {
			if err := o.addNotes(inSections, s.off, s.size, s.align); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	if segments > 0 {
		loaded.buildID = inSections.buildID
		return loaded, nil
	}
	return inSections, nil
}

// addNotes reads one series of notes. Names and descriptions are padded to 8
// bytes where the segment is aligned so, else to 4.
func (o *object) addNotes(found *notes, off, size, align uint64) error {
	if size > maxNoteBytes {
		return fmt.Errorf("%d bytes of notes are more than %d", size, maxNoteBytes)
	}
	b, err := o.bytes(off, size)
	if err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	if align != 8 {
		align = 4
	}
	for i := uint64(0); i+12 <= size; {
		r := o.fields(b[i:])
		nameSize, descSize, typ := uint64(r.word()), uint64(r.word()), r.word()
		desc := alignUp(i+12+nameSize, align)
		if nameSize > size || descSize > size || desc+descSize > size {
			return errors.New("a note is beyond its segment")
		}
		if string(b[i+12:i+12+nameSize]) == "GNU\x00" {
			if err := o.addNote(found, typ, b[desc:desc+descSize]); err != nil {
				return err
			}
		}
		i = alignUp(desc+descSize, align)
	}
	return nil
}

func alignUp(n, align uint64) uint64 { return (n + align - 1) / align * align }

func (o *object) addNote(found *notes, typ uint32, desc []byte) error {
	switch typ {
	case noteABITag:
		found.system = true
	case noteBuildID:
		if len(desc) == 0 || len(desc) > maxBuildIDSize {
			return fmt.Errorf("a build-id has %d bytes", len(desc))
		}
		found.buildID = hex.EncodeToString(desc)
	case noteProperty:
		features, ok, err := o.featureWord(desc)
		if err != nil {
			return fmt.Errorf("property note: %w", err)
		}
		if found.properties == 0 {
			found.features = features
		}
		found.features &= features
		found.featureSet = found.featureSet || ok
		found.properties++
	}
	return nil
}

// featureWord returns the FEATURE_1_AND word of this machine. A property is a
// type, a size and as many bytes, padded to 8 in ELFCLASS64 and to 4 in
// ELFCLASS32.
func (o *object) featureWord(desc []byte) (features uint32, ok bool, err error) {
	want := uint32(propertyX86)
	if o.machine == elf.EM_AARCH64 {
		want = propertyARM64
	}
	for len(desc) > 0 {
		if len(desc) < 8 {
			return 0, false, errors.New("a property is cut")
		}
		typ, size := o.order.Uint32(desc), uint64(o.order.Uint32(desc[4:]))
		padded := alignUp(8+size, o.pick(4, 8))
		if padded > uint64(len(desc)) {
			return 0, false, errors.New("a property is beyond its note")
		}
		if typ == want {
			if size != 4 {
				return 0, false, fmt.Errorf("a feature word has %d bytes, not 4", size)
			}
			features, ok = o.order.Uint32(desc[8:]), true
		}
		desc = desc[padded:]
	}
	return features, ok, nil
}
