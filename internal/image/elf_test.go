package image

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestELF(t *testing.T) {
	data := sampleOf(t, "gcc", `printf '.section dup,"a",@progbits,unique,1\n.byte 1\n.section dup,"a",@progbits,unique,2\n.byte 2\n' > y.s
		gcc -c -ffunction-sections -o x.o x.c; as -o y.o y.s; ld -r --unique=dup -o OUT x.o y.o
		objcopy --add-section 'a/b=a' --add-section '(header)=a' --add-section 'other#2=a' OUT`)
	if f := Detect(bytes.NewReader(data), int64(len(data))); f != ELF {
		t.Fatal(f)
	}
	if got := readAll(t, "x.o", data, Options{}); len(got) != 1 || got[0].Path != "x.o" || got[0].Sum != sumOf(string(data)) {
		t.Errorf("%+v", got)
	}
	got := map[string]shown{}
	for _, s := range readAll(t, "x.o", data, Options{Inside: true, Fields: true}) {
		got[s.Path] = s
	}
	for path, want := range map[string]string{".text.f": "PROGBITS", ".data": "PROGBITS", ".bss": "NOBITS", ".symtab": "SYMTAB", "(header)#2": "PROGBITS", "dup": "PROGBITS", "dup#2": "PROGBITS", "other#2": "PROGBITS"} {
		if s, ok := got[path]; !ok || fieldOf(s.Fields, "type") != want {
			t.Errorf("%s: %+v", path, s)
		}
	}
	for path, want := range map[string]string{"(header)#2": "text of a\n", ".data": "\x03\x00\x00\x00", "dup": "\x01", "dup#2": "\x02"} {
		if got[path].Sum != sumOf(want) {
			t.Errorf("%s: %+v", path, got[path])
		}
	}
	named := 0
	for path, s := range got {
		if strings.HasPrefix(path, "(section ") && fieldOf(s.Fields, "name") == `\"a/b\"` || fieldOf(s.Fields, "name") == `"a/b"` {
			named++
		}
	}
	if named != 1 {
		t.Errorf("%d sections have the name a/b", named)
	}
	shoff := int(le.Uint64(data[40:]))
	for name, bad := range map[string][]byte{
		"cut": data[:len(data)-100], "short": data[:60], "table": damage(data, 40, 0xff, 0xff, 0xff, 0xff), "section": damage(data, shoff+64+24, 0xff, 0xff, 0xff, 0xff), "name": damage(data, shoff+64, 0xff, 0xff, 0xff),
		"names": damage(data, 62, 0xf0, 0xf0), "count": damage(data, 60, 0xff, 0xfe), "entry size": damage(data, 58, 1), "segments": damage(data, 54, 56, 0, 0xff, 0x7f),
	} {
		_, err := tryRead("t", bad, Options{Format: ELF, Inside: true})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t") || format.Format != ELF {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func fieldOf(list []Field, name string) string {
	for _, f := range list {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func FuzzELF(f *testing.F) {
	fuzzFormat(f, ELF, sampleOf(f, "gcc", "gcc -c -o OUT x.c"), sampleOf(f, "ld", "gcc -c -m32 -ffreestanding -o x.o x.c; ld -m elf_i386 -e f -o OUT x.o"))
}
