package fetch_test

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/store"
)

// BenchmarkFetch is fetching and verifying from a loopback server, which is a
// process of its own for everybody. Beside it:
//
//	curl                 verifies nothing, does not wait for the disk
//	curl+sync            the same, durable: sync -f
//	curl+sha256sum+sync  the same work: verified, then durable
//	sha256               hashing alone, of bytes in memory, on all processors: no
//	                     program that verifies can be faster
//	rounds               fetch and curl in turn: see benchRounds
//
// cpu-ms/op is the processor time of the client, whatever else the machine does.
//
// Give it a TMPDIR made for this run, directly below the root of the file system:
// where many files were removed in the last minutes, as at the end of a run
// before, ext4 looks long for a number for each new file, and everybody is slow.
func BenchmarkFetch(b *testing.B) {
	for _, c := range []struct{ files, size int }{{1, 256 << 20}, {16, 16 << 20}, {400, 256 << 10}, {2000, 16 << 10}} {
		b.Run(fmt.Sprintf("%dx%dKiB", c.files, c.size>>10), func(b *testing.B) {
			dir, work := b.TempDir(), b.TempDir()
			address := serveFiles(b, dir)
			requests := make([]fetch.Request, c.files)
			for i := range requests {
				requests[i] = benchFile(b, dir, address, fmt.Sprintf("%08d", i), c.size)
			}
			unix.Sync()
			for _, v := range []struct {
				name string
				run  func(*testing.B, string, []fetch.Request)
			}{
				{"fetch", benchFetch}, {"curl", benchCurl}, {"curl+sync", benchCurlSync},
				{"curl+sha256sum+sync", benchCurlVerified}, {"sha256", benchHash}, {"rounds", benchRounds},
			} {
				b.Run(v.name, func(b *testing.B) {
					b.SetBytes(int64(c.files) * int64(c.size))
					v.run(b, work, requests)
				})
			}
		})
	}
}

// benchFile writes one of the files that the server has.
func benchFile(b *testing.B, dir, address, name string, size int) fetch.Request {
	b.Helper()
	data := append([]byte(name), noise(size-len(name))...)
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		b.Fatal(err)
	}
	return request(name, data, "http://"+address+"/"+name)
}

// serveFiles starts a process that serves a directory until the benchmark ends.
func serveFiles(b *testing.B, dir string) (address string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FETCH_TEST_SERVE="+dir)
	cmd.Stderr = os.Stderr
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// server prints its address and serves dir until standard input ends.
func server(dir string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go http.Serve(l, http.FileServer(http.Dir(dir)))
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// benchLoop measures run in an empty directory. What one round has left on
// the disk is truncated before the next one begins, and not removed: ext4 looks
// a long time for a number for a new file when many were removed just now.
func benchLoop(b *testing.B, in string, who int, run func(dir string)) {
	before := cpu(b, who)
	var cleaning int64
	for b.Loop() {
		b.StopTimer()
		start := cpu(b, who)
		dir, err := os.MkdirTemp(in, "round-*")
		if err != nil {
			b.Fatal(err)
		}
		cleaning += cpu(b, who) - start
		b.StartTimer()
		run(dir)
		b.StopTimer()
		start = cpu(b, who)
		empty(b, dir)
		cleaning += cpu(b, who) - start
		b.StartTimer()
	}
	b.ReportMetric(float64(cpu(b, who)-before-cleaning)/1e6/float64(b.N), "cpu-ms/op")
}

// empty truncates all files below dir, and waits for the disk.
func empty(b *testing.B, dir string) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return os.Truncate(path, 0)
	})
	if err != nil {
		b.Fatal(err)
	}
	unix.Sync()
}

// cpu is the processor time used so far, in nanoseconds.
func cpu(b *testing.B, who int) int64 {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func benchFetch(b *testing.B, in string, requests []fetch.Request) {
	benchLoop(b, in, unix.RUSAGE_SELF, func(dir string) { fetchOnce(b, dir, requests) })
}

func fetchOnce(b *testing.B, dir string, requests []fetch.Request) {
	s, err := store.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := fetch.Fetch(b.Context(), s, requests, fetch.Options{}); err != nil {
		b.Fatal(err)
	}
}

func benchCurl(b *testing.B, in string, requests []fetch.Request) { benchShell(b, in, requests, "") }
func benchCurlSync(b *testing.B, in string, requests []fetch.Request) {
	benchShell(b, in, requests, "; sync -f .")
}

func benchCurlVerified(b *testing.B, in string, requests []fetch.Request) {
	var sums strings.Builder
	for _, r := range requests {
		fmt.Fprintf(&sums, "%s  %s\n", r.Digest.Encoded(), r.Name)
	}
	path := filepath.Join(b.TempDir(), "sums")
	if err := os.WriteFile(path, []byte(sums.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	benchShell(b, in, requests, "; sha256sum --quiet -c "+path+"; sync -f .")
}

// benchShell is one curl, and what comes after it.
func benchShell(b *testing.B, in string, requests []fetch.Request, after string) {
	benchLoop(b, in, unix.RUSAGE_CHILDREN, func(dir string) { curlOnce(b, dir, requests, defaultConnections, after) })
}

const defaultConnections = 16

// curlOnce is one curl with so many connections, and what comes after it.
func curlOnce(b *testing.B, dir string, requests []fetch.Request, connections int, after string) {
	var config strings.Builder
	for _, r := range requests {
		fmt.Fprintf(&config, "url = %q\noutput = %q\n", r.URLs[0], r.Name)
	}
	script := fmt.Sprint("curl --silent --show-error --fail --parallel --parallel-max ", connections, " --config -", after)
	cmd := exec.CommandContext(b.Context(), "sh", "-ec", script)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(config.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		if _, none := exec.LookPath("curl"); none != nil {
			b.Skip("no curl")
		}
		b.Fatalf("%v: %s", err, out)
	}
}

func benchHash(b *testing.B, in string, requests []fetch.Request) {
	data := noise(int(requests[0].Size))
	benchLoop(b, in, unix.RUSAGE_SELF, func(string) {
		var g errgroup.Group
		g.SetLimit(runtime.GOMAXPROCS(0))
		for range requests {
			g.Go(func() error {
				sha256.Sum256(data)
				return nil
			})
		}
		g.Wait()
	})
}
