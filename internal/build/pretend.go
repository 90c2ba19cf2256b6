package build

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/sandbox"
)

// pretend gives x what a varied environment takes from the machine: memory
// instead of a disk, and more processors than there are.
func pretend(s plan.Step, x *sandbox.Exec) error {
	if s.Host.InMemory {
		size, err := spare()
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		x.Work, x.Out = "", plan.KeptDir
		x.Memory = &sandbox.Memory{Targets: []string{s.Host.BuildDir, s.Host.OutDir}, Size: size}
	}
	if s.Host.Processors != 0 {
		text, err := os.ReadFile(sandbox.CPUInfo)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // then the canary says so
		}
		if err != nil {
			return fmt.Errorf("reading the processors of this machine: %w", err)
		}
		x.Files[sandbox.CPUInfo] = sandbox.File{Content: moreProcessors(text, s.Host.Processors), Mode: 0o444}
	}
	return nil
}

// leastMemory is what a step gets at least, in bytes.
const leastMemory = 512 << 20

// MemoryError says that the machine has too little memory for a build in it.
type MemoryError struct {
	Available int64 // bytes
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("%d MB of memory are available, too few for a build directory in memory: %d MB are needed at least", e.Available>>20, 2*leastMemory>>20)
}

// Hint says what helps.
func (e *MemoryError) Hint() string { return "dombuild check --vary-none file-system" }

// spare is how many bytes a file system in memory may hold: half of what the
// machine can spare, so that compilers find some too.
func spare() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("finding out how much memory there is: %w", err)
	}
	available, err := memAvailable(text)
	if err != nil {
		return 0, err
	}
	if available/2 < leastMemory {
		return 0, &MemoryError{available}
	}
	return available / 2, nil
}

// memAvailable reads the line MemAvailable of /proc/meminfo, proc_meminfo(5).
func memAvailable(text []byte) (int64, error) {
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 3 && words[0] == "MemAvailable:" && words[2] == "kB" {
			if n, err := strconv.ParseInt(words[1], 10, 53); err == nil && n >= 0 {
				return n << 10, nil
			}
		}
	}
	return 0, errors.New("finding out how much memory there is: /proc/meminfo has no MemAvailable")
}

// moreProcessors adds processors to the text of /proc/cpuinfo: copies of the
// first, numbered on.
func moreProcessors(text []byte, more int) []byte {
	blocks := bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n\n"))
	var first []byte
	n := 0
	for _, b := range blocks {
		if bytes.HasPrefix(b, []byte("processor")) {
			if n == 0 {
				first = b
			}
			n++
		}
	}
	_, rest, _ := bytes.Cut(first, []byte("\n"))
	var added bytes.Buffer
	for i := range more {
		fmt.Fprintf(&added, "processor\t: %d\n%s\n\n", n+i, rest)
	}
	return append(added.Bytes(), text...)
}
