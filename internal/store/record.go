package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Record is a small piece of data kept under a name.
type Record struct {
	Kind, Key string
	Data      []byte
}

// maxRecord bounds what is read for one record.
const maxRecord = 64 << 20

const recordSchema = "dombuild-record 1"

// envelope is how a record lies on disk. Sum covers the kind, the key and the
// data, so that a record put under another name is as wrong as a flipped bit.
type envelope struct {
	Schema string `json:"schema"`
	Kind   string `json:"kind"`
	Key    string `json:"key"`
	Sum    string `json:"sha256"`
	Data   []byte `json:"data"`
}

var kindPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

func (r Record) sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d %s\n%d %s\n%d ", recordSchema, len(r.Kind), r.Kind, len(r.Key), r.Key, len(r.Data))
	h.Write(r.Data)
	return hex.EncodeToString(h.Sum(nil))
}

func encodeRecord(r Record) ([]byte, error) {
	src, err := json.Marshal(envelope{recordSchema, r.Kind, r.Key, r.sum(), r.Data})
	return append(src, '\n'), err
}

func decodeRecord(src []byte) (Record, error) {
	var e envelope
	if err := json.Unmarshal(src, &e); err != nil {
		return Record{}, fmt.Errorf("parsing record: %w", err)
	}
	if e.Schema != recordSchema {
		return Record{}, fmt.Errorf("parsing record: schema %q is not %q", e.Schema, recordSchema)
	}
	r := Record{e.Kind, e.Key, e.Data}
	if e.Sum != r.sum() {
		return Record{}, errors.New("parsing record: its checksum is wrong")
	}
	return r, nil
}

// recordPath is where a record lies: any key makes a safe file name.
func (s *Store) recordPath(kind, key string) (string, error) {
	if !kindPattern.MatchString(kind) {
		return "", fmt.Errorf("record kind %q must be lower-case letters, digits and dashes", kind)
	}
	if !utf8.ValidString(key) {
		return "", fmt.Errorf("record key %q is not UTF-8", key)
	}
	sum := sha256.Sum256([]byte(key))
	return s.path(areaRecords, kind, hex.EncodeToString(sum[:])+".json"), nil
}

// PutRecord keeps data under a name, atomically and durably, in place of what
// was there. It writes nothing where the same data are there.
func (s *Store) PutRecord(kind, key string, data []byte) error {
	path, err := s.recordPath(kind, key)
	if err != nil {
		return err
	}
	src, err := encodeRecord(Record{kind, key, data})
	if err == nil && len(src) > maxRecord {
		err = fmt.Errorf("%d bytes are too many", len(data))
	}
	if err == nil {
		if old, rerr := os.ReadFile(path); rerr == nil && bytes.Equal(old, src) {
			err = s.disk.dir(filepath.Dir(path)) // who wrote it may have died before it did this
		} else {
			err = s.writeRecord(path, kind, src)
		}
	}
	if err != nil {
		return fmt.Errorf("storing record %s/%s: %w", kind, key, explain(s.dir, err))
	}
	return nil
}

func (s *Store) writeRecord(path, kind string, src []byte) error {
	if err := os.Mkdir(s.path(areaRecords, kind), 0o755); err == nil {
		err = syncDir(s.path(areaRecords))
		if err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	t, err := newTemp(s.path(areaTemp))
	if err != nil {
		return err
	}
	defer t.discard()
	if _, err := t.f.Write(src); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return t.publish(path, 0o644, &s.disk)
}

// Record returns the data kept under a name. A record that is not there, or
// damaged, is a *NotFoundError: whoever keeps records must be able to make
// them again.
func (s *Store) Record(kind, key string) ([]byte, error) {
	path, err := s.recordPath(kind, key)
	if err != nil {
		return nil, err
	}
	r, err := readRecord(path)
	var damaged *DamagedRecordError
	absent := errors.Is(err, fs.ErrNotExist) || errors.As(err, &damaged)
	if absent || (err == nil && (r.Kind != kind || r.Key != key)) {
		return nil, &NotFoundError{Record: kind + "/" + key}
	}
	if err != nil {
		return nil, fmt.Errorf("reading record %s/%s: %w", kind, key, err)
	}
	return r.Data, nil
}

// DeleteRecord removes a record; that there is none is no error.
func (s *Store) DeleteRecord(kind, key string) error {
	path, err := s.recordPath(kind, key)
	if err != nil {
		return err
	}
	return removeIfThere(path)
}

// Records returns the sound records of a kind, sorted by key.
func (s *Store) Records(ctx context.Context, kind string) ([]Record, error) {
	if !kindPattern.MatchString(kind) {
		return nil, fmt.Errorf("record kind %q must be lower-case letters, digits and dashes", kind)
	}
	var records []Record
	err := s.walkRecords(ctx, func(path string, r Record, err error) error {
		if err == nil && r.Kind == kind {
			records = append(records, r)
		}
		return nil
	})
	slices.SortFunc(records, func(a, b Record) int { return strings.Compare(a.Key, b.Key) })
	return records, err
}

// DamagedRecordError says that a record reads as absent because it is damaged.
type DamagedRecordError struct {
	Path string
	Err  error
}

func (e *DamagedRecordError) Error() string {
	return fmt.Sprintf("record %s is damaged and counts as absent: %v", e.Path, e.Err)
}

func (e *DamagedRecordError) Unwrap() error { return e.Err }

func readRecord(path string) (Record, error) {
	fi, err := os.Lstat(path)
	if err != nil {
		return Record{}, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > maxRecord {
		return Record{}, &DamagedRecordError{path, fmt.Errorf("not a record: %s, %d bytes", fi.Mode(), fi.Size())}
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	r, err := decodeRecord(src)
	if err != nil {
		return Record{}, &DamagedRecordError{path, err}
	}
	return r, nil
}

// walkRecords visits every record, in the order of their paths.
func (s *Store) walkRecords(ctx context.Context, fn func(string, Record, error) error) error {
	kinds, err := os.ReadDir(s.path(areaRecords))
	if err != nil {
		return fmt.Errorf("listing records: %w", err)
	}
	for _, kind := range kinds {
		files, err := os.ReadDir(s.path(areaRecords, kind.Name()))
		if err != nil {
			return fmt.Errorf("listing records: %w", err)
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			path := s.path(areaRecords, kind.Name(), f.Name())
			r, err := s.placedRecord(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err := fn(path, r, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// placedRecord reads a record and checks that it lies where its name says.
func (s *Store) placedRecord(path string) (Record, error) {
	r, err := readRecord(path)
	if err != nil {
		return Record{}, err
	}
	if want, err := s.recordPath(r.Kind, r.Key); err != nil || want != path {
		return Record{}, &DamagedRecordError{path, fmt.Errorf("it belongs to %s/%s", r.Kind, r.Key)}
	}
	return r, nil
}
