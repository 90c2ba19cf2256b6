package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

// further is how much a try must bring for the next one not to count.
const further = 64 << 10

// maxUnknown bounds a file whose size is not known.
const maxUnknown = 16 << 30

// A file of fewer bytes than noted is not worth a note of where it came from:
// if it breaks off, what is there is completed from anywhere, and hashed.
const noted = 1 << 20

// job is one request under way.
type job struct {
	Request
	s     *store.Store
	c     *Client
	task  progress.Task
	down  *outages
	lanes lanes

	online  bool           // in the lane of the network
	p       *store.Partial // nil when there is none under way
	counted int64          // bytes told to task
}

// run fetches the request from the first URL that has it.
func (j *job) run(ctx context.Context) error {
	defer j.abort()
	if done, err := j.finished(ctx); done || err != nil {
		return err
	}
	var errs []error
	for i, u := range j.URLs {
		err := j.down.check(u)
		if err == nil {
			err = j.from(ctx, u, i+1 < len(j.URLs))
			j.down.note(u, err)
		}
		var space *store.SpaceError
		if err == nil {
			j.task.Log("fetched " + j.Name)
			return nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil || errors.As(err, &space) {
			break
		}
	}
	return j.failure(errs)
}

// failure makes one error of those of all URLs.
func (j *job) failure(errs []error) error {
	for _, err := range errs {
		if !errors.Is(err, fs.ErrNotExist) {
			return &Error{j.Name, j.Digest, errs}
		}
	}
	urls := make([]string, len(j.URLs))
	for i, u := range j.URLs {
		urls[i] = redact(u)
	}
	return &NotFoundError{j.Name, j.Digest, urls}
}

// finished begins a partial download, and finds out whether there is nothing
// left to do: because another process has just done it, or because an earlier
// one was killed between the last byte and the end.
func (j *job) finished(ctx context.Context) (bool, error) {
	if err := j.begin(ctx); err != nil {
		return false, err
	}
	has, err := j.s.Has(j.Digest)
	if err != nil {
		return false, err
	}
	if has {
		if _, err := j.s.Get(ctx, j.Digest); err == nil {
			j.count(max(j.Size, 0))
			return true, j.discard()
		}
	}
	if j.Size < 0 || j.p.Offset() < j.Size {
		return false, nil
	}
	err = j.commit("")
	var wrong *store.IntegrityError
	if errors.As(err, &wrong) {
		return false, nil // what lay there was wrong; fetch it
	}
	return err == nil, err
}

func (j *job) begin(ctx context.Context) error {
	if j.p != nil {
		return nil
	}
	p, err := j.s.Resume(ctx, j.Digest, j.Size)
	if err != nil {
		return err
	}
	j.p = p
	j.count(p.Offset())
	return nil
}

// from fetches the request from one URL, trying again where that may help:
// not a host that takes no connections when there is another to ask.
func (j *job) from(ctx context.Context, address string, others bool) error {
	whole := false // was asked for, after a mixture was wrong
	best := int64(0)
	return j.c.retry(ctx, func() (bool, error) {
		for {
			if err := j.begin(ctx); err != nil {
				return false, err
			}
			before := j.p.Offset()
			best = max(best, before)
			err := j.try(ctx, address)
			if err == nil {
				return false, nil
			}
			var wrong *store.IntegrityError
			wrongMix := errors.As(err, &wrong) && j.p == nil // all bytes were there
			mixture := before > 0 && (wrongMix || errors.Is(err, errRange))
			if mixture && !whole && ctx.Err() == nil {
				whole = true
				if err := j.discard(); err != nil {
					return false, err
				}
				continue
			}
			if others && unreachable(err) {
				err = final{err}
			}
			return j.p != nil && j.p.Offset()-best >= further, err
		}
	})
}

// try asks one URL once.
func (j *job) try(ctx context.Context, address string) error {
	j.goOnline()
	r, err := j.c.open(ctx, address, j.p.Offset(), j.etag(address))
	if err != nil {
		return err
	}
	defer r.body.Close()
	if j.Size >= 0 && r.size >= 0 && r.size != j.Size {
		return wrongSize(j.Request, r.size, redact(address), "nothing was read, nothing was kept")
	}
	if r.offset != j.p.Offset() {
		if err := j.p.Reset(); err != nil {
			return err
		}
		j.count(0)
	}
	if err := j.setETag(address, r.etag); err != nil {
		return err
	}
	if err := j.receive(r, address); err != nil {
		return err
	}
	return j.commit(address)
}

// receive takes in the body, and knows a file that ends too early.
func (j *job) receive(r *reply, address string) error {
	var body io.Reader = &meter{r.body, j}
	if j.Size < 0 {
		body = io.LimitReader(body, maxUnknown)
	}
	_, err := j.p.ReadFrom(body)
	if err != nil {
		return j.ended(err, address)
	}
	if !r.whole && j.p.Offset() < j.Size {
		return fmt.Errorf("%s: %w", redact(address), io.ErrUnexpectedEOF)
	}
	return nil
}

// commit publishes what was received. Another job may use the network while
// the disk is waited for.
func (j *job) commit(address string) error {
	j.lanes.disk <- struct{}{}
	j.offline()
	_, err := j.p.Commit()
	<-j.lanes.disk
	j.p = nil
	return j.ended(err, address)
}

// offline leaves the lane of the network, and goOnline enters it.
func (j *job) offline() {
	if j.online {
		<-j.lanes.network
		j.online = false
	}
}

func (j *job) goOnline() {
	if !j.online {
		j.lanes.network <- struct{}{}
		j.online = true
	}
}

// ended says in an error what was to be received, and from where.
func (j *job) ended(err error, address string) error {
	var wrong *store.IntegrityError
	var space *store.SpaceError
	var disk *fs.PathError
	if errors.As(err, &wrong) || errors.As(err, &space) || errors.As(err, &disk) {
		j.abort() // the store has discarded it
		j.count(0)
	}
	if wrong == nil {
		return err
	}
	named := *wrong
	named.What, named.From = j.Name, redact(address)
	named.Want, named.WantSize = j.Digest, j.Size
	named.Remedy = wrongSize(j.Request, 0, "", "").Remedy
	return &named
}

func (j *job) discard() error {
	if j.p == nil {
		return nil
	}
	p := j.p
	j.p = nil
	return p.Discard()
}

func (j *job) abort() {
	if j.p != nil {
		j.p.Abort()
		j.p = nil
	}
}

// count tells the task how many bytes of the file are there now.
func (j *job) count(n int64) {
	if n != j.counted {
		j.task.Add(n - j.counted)
		j.counted = n
	}
}

// etag returns the validator of the bytes that are there if they came from
// this URL. The note beside them is "URL ETAG".
func (j *job) etag(address string) string {
	from, tag, _ := strings.Cut(j.p.Note(), " ")
	if from != address {
		return ""
	}
	return tag
}

func (j *job) setETag(address, tag string) error {
	note := ""
	small := j.Size >= 0 && j.Size < noted
	if tag != "" && !small && !strings.ContainsAny(address, " \n") {
		note = address + " " + tag
	}
	return j.p.SetNote(note)
}

// meter counts the bytes of a body.
type meter struct {
	r io.Reader
	j *job
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.j.counted += int64(n)
	m.j.task.Add(int64(n))
	return n, err
}

func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Redacted()
}
