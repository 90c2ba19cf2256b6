package bitbake

import "sync"

// room is where a Data takes the small parts from that it consists of: many at
// a time, and those of a recipe that was released once more.
type room struct {
	cells     slab[cell]
	variables slab[variable]
	flags     slab[flag]
	events    slab[event]
	variants  slab[variant]
	lists     slab[*variant]
	symbols   slab[symbol]
	pages     slab[memoPage]
	readers   slab[reader]
	values    slab[expanded]

	exprs recentExprs

	// with nothing in them, for one Data
	cellList  []*cell
	pageLists [3][]*memoPage
	own       map[string]*symbol
	ownList   []*symbol
}

// slab gives parts of one type.
type slab[T any] struct {
	rest   []T   // of the chunk in use
	chunks [][]T // that are given again after a reset
	used   int   // of the chunks
}

// Chunks begin small, as many copies live shortly, and grow; of a Data that
// takes more than mostChunks the rest is left to the collector.
const (
	firstChunk = 16
	largeChunk = 256
	mostChunks = 64
	mostParts  = 2048 // that follow each other
)

// take gives a zero part.
func (s *slab[T]) take() *T {
	if len(s.rest) == 0 {
		s.more(1)
	}
	t := &s.rest[0]
	s.rest = s.rest[1:]
	return t
}

// many gives n zero parts that follow each other, with room for no more.
func (s *slab[T]) many(n int) []T {
	if n > mostParts || n > len(s.rest) && s.used == mostChunks {
		return make([]T, n)
	}
	for n > len(s.rest) && s.used < mostChunks {
		s.more(n)
	}
	if n > len(s.rest) {
		return make([]T, n)
	}
	t := s.rest[:n:n]
	s.rest = s.rest[n:]
	return t
}

// more goes on to another chunk, of n parts at least when it is a new one.
func (s *slab[T]) more(n int) {
	switch {
	case s.used < len(s.chunks):
		s.rest = s.chunks[s.used]
		s.used++
	case s.used == mostChunks:
		s.rest = make([]T, firstChunk)
	default:
		s.rest = make([]T, max(n, min(firstChunk<<min(s.used, 8), largeChunk)))
		s.chunks = append(s.chunks, s.rest)
		s.used++
	}
}

// reset makes what was given zero, to be given again.
func (s *slab[T]) reset() {
	for i, c := range s.chunks[:s.used] {
		if i == s.used-1 && s.used < mostChunks { // the rest is of it
			c = c[:len(c)-len(s.rest)]
		}
		clear(c)
	}
	s.used, s.rest = 0, nil
}

func (r *room) reset() {
	r.cells.reset()
	r.variables.reset()
	r.flags.reset()
	r.events.reset()
	r.variants.reset()
	r.lists.reset()
	r.symbols.reset()
	r.pages.reset()
	r.readers.reset()
	r.values.reset()
}

// rooms are those of released recipes. They may be used from several
// goroutines.
type rooms struct {
	mu   sync.Mutex
	free []*room
}

// Rooms that are kept, and names in the map of one.
const (
	mostRooms = 16
	mostNames = 4096
)

func (r *rooms) take() *room {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.free)
	if n == 0 {
		return &room{}
	}
	last := r.free[n-1]
	r.free = r.free[:n-1]
	return last
}

func (r *rooms) give(one *room) {
	one.reset()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.free) < mostRooms {
		r.free = append(r.free, one)
	}
}

// Release gives the memory of the variables of recipes back, for those that are
// evaluated next. All variants of a recipe file are released together, once,
// when nobody uses one any more: to read a variable then ends in a panic.
func Release(variants []*Data) {
	for _, d := range variants {
		d.release()
	}
}

func (d *Data) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	env, own := d.env, d.room
	if env == nil {
		return
	}
	own.cellList, own.ownList, own.own = emptied(d.cells), emptied(d.names.ownList), d.names.own
	if len(own.own) > mostNames {
		own.own = nil // to empty it again and again would take long
	}
	clear(own.own)
	for i, m := range d.memos() {
		own.pageLists[i] = emptied(m.pages)
	}
	d.env, d.room, d.names, d.cells, d.recent = nil, nil, names{}, nil, recentSymbols{}
	d.dropMemos()
	env.rooms.give(own)
}

// emptied is a list without what is in it.
func emptied[T any](list []*T) []*T {
	clear(list)
	return list[:0]
}

// recentExprs are some of the expressions that were asked for, so that most are
// found without a map: each at the place that its text has.
type recentExprs [1 << recentExprBits]recentExpr

type recentExpr struct {
	code   string
	parsed *parsedExpr
}

const recentExprBits = 8

// expr parses an expression once.
func (d *Data) expr(code string) *parsedExpr {
	at := &d.room.exprs[placeOf(code, recentExprBits)]
	if at.parsed == nil || at.code != code {
		at.code, at.parsed = code, d.env.expr(code)
	}
	return at.parsed
}

// taken is what stands there, which nobody else gets.
func taken[T any](at *T) T {
	var none T
	t := *at
	*at = none
	return t
}
