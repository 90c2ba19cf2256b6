package lanes

import (
	"hash"
	"runtime"
	"sync"
)

// Pool hashes the chunks of many streams in the background: the chunks of one
// stream one after the other, those of different streams together, as many as
// happen to be there. It waits for nobody: a stream that is alone is hashed alone.
type Pool struct {
	mu      sync.Mutex
	room    sync.Cond
	most    int       // goroutines that hash
	working int       // of them at work
	open    int       // streams that were written to and not waited for
	brought int       // of them, those whose data take time to bring
	ready   []*Stream // with a chunk to hash, and nobody at it; the longest waiting first
	pending int       // chunks that were brought and are not hashed
}

// pendingMost bounds the chunks that wait to be hashed, and so the memory that
// they take; whoever brings more waits.
const pendingMost = 4 * width

// NewPool makes a pool that hashes on all processors.
func NewPool() *Pool {
	p := &Pool{most: runtime.GOMAXPROCS(0)}
	p.room.L = &p.mu
	return p
}

// Width is how many streams keep the pool busy.
func (p *Pool) Width() int { return p.most * widest() }

// Stream is what is hashed in order. Write and Wait are for one goroutine.
type Stream struct {
	pool    *Pool
	hash    hash.Hash
	brought bool
	done    func([]byte)
	queue   [][]byte
	open    bool // it was written to and not waited for
	busy    bool // it is ready, or being hashed
	idle    sync.Cond
}

// Stream makes a stream that h takes in. done is called with each chunk
// when it was hashed; it must not block, and may be nil. brought says that processors
// are needed to bring the data too, and not for hashing alone.
func (p *Pool) Stream(h hash.Hash, brought bool, done func([]byte)) *Stream {
	s := &Stream{pool: p, hash: h, brought: brought, done: done}
	s.idle.L = &p.mu
	return s
}

// Write hashes data, which must stay as they are until they are done.
func (s *Stream) Write(data []byte) {
	p := s.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.pending >= pendingMost {
		p.room.Wait()
	}
	if !s.open {
		s.open = true
		p.count(s, 1)
	}
	p.pending++
	s.queue = append(s.queue, data)
	if !s.busy {
		s.busy = true
		p.ready = append(p.ready, s)
	}
	if p.working == 0 || p.working < p.most && len(p.ready) >= p.crowd() {
		p.working++
		go p.work()
	}
}

// Wait returns when everything written was hashed: then the hash may be used.
func (s *Stream) Wait() {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	for s.busy {
		s.idle.Wait()
	}
	if s.open {
		s.open = false
		s.pool.count(s, -1)
	}
}

// Bringing says whether data are on their way: whether there is a stream that is
// brought, was written to and is not waited for.
func (p *Pool) Bringing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.brought > 0
}

func (p *Pool) count(s *Stream, n int) {
	p.open += n
	if s.brought {
		p.brought += n
	}
}

// crowd is how many streams must be ready for another goroutine to begin: the
// share of one processor, so that few streams are hashed side by side and many together.
func (p *Pool) crowd() int { return min(widest(), (p.open+p.most-1)/p.most) }

// round is how many streams are hashed together at most: no more than the share
// of one processor, or the others would have nothing to do; but where most of
// the streams keep processors busy anyhow, as many as there is room for.
func (p *Pool) round() int {
	if 2*p.brought > p.open {
		return widest()
	}
	return p.crowd()
}

// work hashes until there is nothing left to do.
func (p *Pool) work() {
	var streams [width]*Stream
	var chunks [width]Chunk
	for {
		runtime.Gosched() // others who can run may have chunks for the same round
		n := p.take(streams[:], chunks[:])
		if n == 0 {
			return
		}
		Write(chunks[:n])
		for i, s := range streams[:n] {
			if s.done != nil {
				s.done(chunks[i].Data)
			}
			chunks[i] = Chunk{}
		}
		p.hashed(streams[:n])
	}
}

// take gives the next chunk of each of the streams that wait the longest. None
// means that who asked is no longer at work.
func (p *Pool) take(streams []*Stream, chunks []Chunk) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := copy(streams[:max(1, p.round())], p.ready)
	p.ready = append(p.ready[:0], p.ready[n:]...)
	for i, s := range streams[:n] {
		chunks[i] = Chunk{s.hash, s.queue[0]}
		s.queue = append(s.queue[:0], s.queue[1:]...)
	}
	if n == 0 {
		p.working--
	}
	return n
}

// hashed gives streams back after a chunk of each was hashed.
func (p *Pool) hashed(streams []*Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range streams {
		if len(s.queue) > 0 {
			p.ready = append(p.ready, s)
			continue
		}
		s.busy = false
		s.idle.Broadcast()
	}
	p.pending -= len(streams)
	p.room.Broadcast()
}
