package lanes

import (
	"bytes"
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"testing"
)

// TestPool hashes many streams at a time, each in chunks of its own, whose
// buffers are written over as soon as they are done.
func TestPool(t *testing.T) {
	p := NewPool()
	var g sync.WaitGroup
	for i := range 40 {
		g.Go(func() {
			data := noise(i*i*300, byte(i))
			h, free := sha256.New(), make(chan []byte, 3)
			s := p.Stream(h, i%3 > 0, func(b []byte) { free <- b[:cap(b)] })
			for range cap(free) {
				free <- make([]byte, 1+i*97)
			}
			for rest := data; len(rest) > 0; {
				b := <-free
				n := copy(b, rest)
				s.Write(b[:n])
				rest = rest[n:]
			}
			s.Wait()
			want := sha256.Sum256(data)
			if got := h.Sum(nil); !bytes.Equal(got, want[:]) {
				t.Errorf("stream %d is %x, not %x", i, got, want)
			}
		})
	}
	g.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending != 0 || len(p.ready) != 0 {
		t.Errorf("left over: %d chunks, %d streams", p.pending, len(p.ready))
	}
}

// TestPoolIsBounded: whoever brings more than may wait is held up, and all of it is hashed.
func TestPoolIsBounded(t *testing.T) {
	p := NewPool()
	var done atomic.Int64
	s := p.Stream(sha256.New(), true, func([]byte) { done.Add(1) })
	data := noise(1000, 1)
	for range 10 * pendingMost {
		s.Write(data)
		p.mu.Lock()
		if p.pending > pendingMost {
			t.Errorf("%d chunks wait", p.pending)
		}
		p.mu.Unlock()
	}
	s.Wait()
	if n := done.Load(); n != 10*pendingMost {
		t.Errorf("%d chunks were done", n)
	}
	s.Wait() // again: at once
}
