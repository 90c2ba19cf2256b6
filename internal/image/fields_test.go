package image

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everyFact is all that is recorded in an artifact, by name: "uuid" of the
// whole, "a ino" of the entry a.
func everyFact(t testing.TB, i *Image) map[string]string {
	t.Helper()
	fields, err := i.Fields(context.Background())
	must(t, err)
	all := map[string]string{}
	add := func(name, value string) {
		if _, twice := all[name]; twice {
			t.Errorf("%s is told twice", name)
		}
		if len(value) > 1<<10 || !printable(strings.ReplaceAll(value, `\`, "/")) && !strings.Contains(value, `"`) {
			t.Errorf("%s is %q", name, value)
		}
		all[name] = value
	}
	for _, f := range fields {
		add(f.Name, f.Value)
	}
	must(t, i.Walk(context.Background(), func(e Entry, _ *Content) error {
		for _, f := range e.Fields {
			add(e.Path+" "+f.Name, f.Value)
		}
		return nil
	}))
	return all
}

func factsOf(t testing.TB, path string) map[string]string {
	t.Helper()
	i, err := Open(path, Options{Fields: true, Inside: true})
	must(t, err)
	defer i.Close()
	return everyFact(t, i)
}

// otherFacts names what two artifacts record differently.
func otherFacts(a, b map[string]string) []string {
	var names []string
	for name, v := range a {
		if w, ok := b[name]; !ok || v != w {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestFields makes artifacts twice, with one thing changed, by the tools that
// make them in the field. The difference, and no other, is in the fields.
func TestFields(t *testing.T) {
	needRoot(t)
	for _, c := range []struct {
		name, program, make string // makes OUT, the variable V is 1 or 2
		want                []string
	}{
		{"gzip mtime", "gzip", "touch -d @$V a; gzip -c a > OUT", []string{"mtime"}},
		{"gzip name", "gzip", "cp a n$V; gzip -c n$V > OUT", []string{"name"}},
		{"gzip level", "gzip", "gzip -n$(( V * 8 - 7 )) -c a > OUT", []string{"xfl"}},
		{"gzip second member", "gzip", "touch -d @$V b; gzip -nc a > OUT; gzip -c b >> OUT", []string{"member 2 mtime"}},
		{"xz check", "xz", "if [ $V = 1 ]; then xz --check=crc32 -c a > OUT; else xz --check=sha256 -c a > OUT; fi", []string{"check"}},
		{"xz blocks", "xz", "xz -c --block-size=$((V * 4096)) a > OUT", []string{"block sizes", "blocks"}},
		{"xz filters", "xz", "xz -$V -T1 -c a > OUT", []string{"block headers"}},
		{"zstd checksum", "zstd", "if [ $V = 1 ]; then zstd -qc a > OUT; else zstd -qc --no-check a > OUT; fi", []string{"descriptor"}},
		{"lz4 blocks", "lz4", "if [ $V = 1 ]; then lz4 -qc -BD a > OUT; else lz4 -qc -BX a > OUT; fi", []string{"flags"}},
		{"bzip2 level", "bzip2", "bzip2 -${V} -c a > OUT", []string{"level"}},
		{"lzma level", "xz", "xz --format=lzma -$((V + 3)) -c b > OUT", []string{"dictionary size"}},
		{"tar format", "tar", "if [ $V = 1 ]; then F=gnu; else F=ustar; fi; tar --format=$F -cf OUT a", []string{"a format"}},
		{"tar names", "tar", "tar --owner=u$V:0 --group=g:0 -cf OUT a", []string{"a uname"}},
		{"tar root", "tar", "mkdir r; touch -d @$V r; tar -C r -cf OUT .", []string{"root mtime"}},
		{"tar member name", "tar", "if [ $V = 1 ]; then tar -cf OUT a; else tar -cf OUT ./a; fi", []string{"a name"}},
		{"tar atime", "tar", "touch -a -d @$V a; tar --format=pax --pax-option=delete=ctime -cf OUT a", []string{"a atime", "a pax atime"}},
		{"tar end", "tar", "tar -b $((V * 20)) -cf OUT b", []string{"zero bytes behind the end"}},
		{"tar in gzip", "tar", "mkdir r; touch -d @$V r; tar -C r -c . | gzip -n > OUT", []string{"tar/root mtime"}},
		{"cpio inode", "cpio", "echo a | cpio --quiet --renumber-inodes -o -H newc > OUT; printf $V | dd of=OUT bs=1 seek=8 conv=notrunc 2>/dev/null", []string{"a ino"}},
		{"cpio trailer", "cpio", "echo b | cpio --quiet --renumber-inodes -o -H newc | LC_ALL=C sed 's/07070100000000\\(.*TRAILER\\)/0707010000000'$V'\\1/' > OUT", []string{"trailer"}},
		{"cpio in gzip", "cpio", "echo a | cpio --quiet --renumber-inodes -o -H newc > c; touch -d @$V c; gzip -c c > OUT", []string{"gzip/mtime"}},
		{"ext uuid", "mkfs.ext4", "export E2FSPROGS_FAKE_TIME=1700000000; truncate -s 4M OUT; mkfs.ext4 -q -O ^metadata_csum -U 00000000-0000-0000-0000-00000000000$V -E hash_seed=00000000-0000-0000-0000-000000000001 OUT",
			[]string{"journal content", "uuid"}},
		{"ext label", "mkfs.ext4", "export E2FSPROGS_FAKE_TIME=1700000000; truncate -s 4M OUT; mkfs.ext4 -q -O ^metadata_csum -L l$V -U 00000000-0000-0000-0000-000000000001 -E hash_seed=00000000-0000-0000-0000-000000000001 OUT",
			[]string{"volume name"}},
		{"squashfs time", "mksquashfs", "mkdir r; touch -d @1 r; mksquashfs r OUT -quiet -no-progress -mkfs-time $V >/dev/null", []string{"mkfs time"}},
		{"squashfs root", "mksquashfs", "mkdir r; touch -d @$V r; mksquashfs r OUT -quiet -no-progress -mkfs-time 1 >/dev/null", []string{"root mtime"}},
		{"fat serial", "mkfs.vfat", "mkfs.vfat -C -i 1234000$V OUT 512 >/dev/null", []string{"serial"}},
		{"iso id", "xorriso", "mkdir r; touch -d @1 r a; cp -p a r; SOURCE_DATE_EPOCH=1600000000 xorriso -as mkisofs -quiet -r -V V$V --modification-date=2020010100000000 --set_all_file_dates 2020010100000000 -o OUT r 2>/dev/null", []string{"volume id"}},
		{"gpt", "sfdisk", "truncate -s 4M OUT; printf 'label: gpt\\nlabel-id: 11111111-1111-1111-1111-111111111111\\nsize=1M, uuid=22222222-2222-2222-2222-22222222222'$V', name=n\\n' | sfdisk -q OUT", []string{"p1 guid"}},
		{"mbr", "sfdisk", "truncate -s 4M OUT; printf 'label: dos\\nlabel-id: 0x1111111'$V'\\nsize=1M\\n' | sfdisk -q OUT", []string{"disk signature"}},
		{"zip comment", "zip", "touch -d @1000000000 a; zip -qX OUT.zip a; echo c$V | zip -qz OUT.zip; mv OUT.zip OUT", []string{"comment"}},
		{"zip level", "zip", "touch -d @1000000000 a; zip -qX -$((V * 8 - 7)) OUT.zip a; mv OUT.zip OUT", []string{"a flags", "a method", "a packed size"}},
		{"elf type", "gcc", "echo 'int f(void){return 1;}' > x.c; gcc -c -o OUT x.c; if [ $V = 2 ]; then printf '\\003' | dd of=OUT bs=1 seek=7 conv=notrunc 2>/dev/null; fi", []string{"os abi"}},
		{"elf section", "objcopy", "echo 'int f(void){return 1;}' > x.c; gcc -c -o OUT x.c; if [ $V = 2 ]; then objcopy --set-section-alignment .comment=8 OUT; fi; objcopy OUT", []string{".comment align", ".comment padding", ".text padding"}},
		{"dtb version", "dtc", "echo '/dts-v1/; / { a = <1>; n { b; }; };' | dtc -q -b $V -O dtb -o OUT", []string{"boot cpu"}},
		{"ar table", "ar", "echo 'int f(void){return 1;}' > x.c; gcc -c -o x.o x.c; touch -d @1 x.o; ar rcsD OUT x.o; if [ $V = 2 ]; then printf '7' | dd of=OUT bs=1 seek=24 conv=notrunc 2>/dev/null; fi", []string{"symbols / mtime"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			need(t, c.program)
			var got [2]map[string]string
			for v := range got {
				dir := t.TempDir()
				must(t, os.WriteFile(filepath.Join(dir, "a"), bytes.Repeat([]byte("text of the file a\n"), 500), 0o644))
				must(t, os.WriteFile(filepath.Join(dir, "b"), []byte("b\n"), 0o644))
				must(t, os.Chmod(dir, 0o755))
				shell(t, dir, "V="+string(rune('1'+v))+"; touch -d @1600000000 a b; "+strings.ReplaceAll(c.make, "OUT", "out"))
				got[v] = factsOf(t, filepath.Join(dir, "out"))
			}
			if len(got[0]) == 0 {
				t.Fatal("there are no fields")
			}
			if d := cmp.Diff(c.want, otherFacts(got[0], got[1])); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
