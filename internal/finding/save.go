package finding

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// PageName is the file of the HTML report in its directory.
const PageName = "index.html"

// SaveHTML writes the HTML page to dir/index.html and makes the directory if
// there is none. The file appears whole or stays what it was.
func (r *Report) SaveHTML(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return SaveFile(filepath.Join(dir, PageName), r.WriteHTML)
}

// SaveSARIF writes the SARIF log to a file, which appears whole or stays what it was.
func (r *Report) SaveSARIF(file string) error { return SaveFile(file, r.WriteSARIF) }

// Save writes the baseline to a file, which appears whole or stays what it was.
func (b *Baseline) Save(file string) error { return SaveFile(file, b.Write) }

// SaveFile writes a temporary file beside the final one, and renames it when it is
// complete and on the disk. Its mode is 0644.
func SaveFile(file string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".partial-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", file, err)
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
