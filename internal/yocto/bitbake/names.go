package bitbake

import (
	"maps"
	"math/bits"
	"strings"
)

// symbol is the name of a variable, of a flag's history or of what is read
// like a variable, with what the name means. It is made once for each Data that
// uses it, or once for all recipes when the configuration used it.
type symbol struct {
	name      string
	id        int
	stem      *symbol // what comes before the last separator, nil for none
	lower     uint16  // how many parts at its end can be overrides beside another
	shorts    uint16  // of how many stems it is a variant: A:b:c of A:b and A
	place     int32   // in the list of its stem's variants, as the configuration left it
	braced    bool    // the name holds a reference
	opaque    bool    // the name is too long to be taken apart
	base      *symbol // of NAME:append:x, nil when it is no operation
	op        op      // of it
	overrides string  // of it
	history   *symbol // under which what took part in it is recorded: without the operation
}

// longest is how long a name may be to be taken apart, in bytes. When a variable
// gets a value whose name is longer, nothing is certain any more.
const longest = 4096

// names finds symbols by their text. Those that are shared are not changed
// any more.
type names struct {
	shared     map[string]*symbol
	sharedList []*symbol // by id
	places     []*symbol // the shared ones, each at its place unless another is there: nil for a place that none has
	own        map[string]*symbol
	ownList    []*symbol // the ids go on from the shared ones
}

// symbol is that of a name.
func (d *Data) symbol(name string) *symbol {
	at := &d.recent[placeOf(name, recentBits)]
	if s := *at; s != nil && s.name == name {
		return s
	}
	s := d.names.find(name)
	if s == nil {
		s = d.newSymbol(name)
	}
	*at = s
	return s
}

// recentSymbols are some of the symbols that were asked for, so that most are
// found without a map: each at the place that its name has.
type recentSymbols [1 << recentBits]*symbol

const recentBits = 9

// placeOf is the place of a name among as many as there are numbers of so many
// bits.
func placeOf(name string, bits int) uint32 {
	n := uint32(len(name))
	if n == 0 {
		return 0
	}
	h := n ^ uint32(name[0])<<8 ^ uint32(name[n-1])<<16 ^ uint32(name[n/2])<<24 ^ uint32(name[n/4])<<4 ^ uint32(name[n-n/4-1])<<12
	return h * 2654435761 >> (32 - bits)
}

// known is the symbol of a name, nil when nobody ever asked for it.
func (d *Data) known(name string) *symbol {
	if s := d.recent[placeOf(name, recentBits)]; s != nil && s.name == name {
		return s
	}
	if s := d.names.find(name); s != nil {
		return s
	}
	if normal := d.normal(name); normal != name {
		return d.known(normal)
	}
	return nil
}

func (d *Data) newSymbol(name string) *symbol {
	n := &d.names
	if n.own == nil {
		n.own = make(map[string]*symbol, 128)
	}
	if normal := d.normal(name); normal != name {
		s := d.symbol(normal)
		n.own[name] = s
		return s
	}
	s := d.room.symbols.take()
	s.name, s.opaque = name, len(name) > longest
	last := name
	if i := strings.LastIndex(name, d.env.separator()); i >= 0 && !s.opaque {
		s.stem, last = d.symbol(name[:i]), name[i+1:]
		d.takeApart(s, last)
	}
	s.braced = s.stem != nil && s.stem.braced || strings.Contains(last, "${")
	s.id = len(n.sharedList) + len(n.ownList)
	n.own[name] = s
	n.ownList = append(n.ownList, s)
	s.history = d.historySymbol(s)
	return s
}

// takeApart finds out what a name with a stem means, by what the stem means
// and the part after it.
func (d *Data) takeApart(s *symbol, last string) {
	if d.isOverride(last) || d.env.old && strings.ToLower(last) == last {
		s.lower = 1
	}
	if s.lower > 0 && strings.LastIndex(s.stem.name, d.env.separator()) > 0 {
		s.lower += s.stem.lower
	}
	if d.isOverride(last) {
		s.shorts = s.lower
	}
	switch {
	case s.stem.base != nil && !strings.ContainsFunc(last, isUpper):
		s.base, s.op = s.stem.base, s.stem.op
		s.overrides = s.name[len(s.base.name)+len(s.op)+1:]
	case s.stem.base == nil:
		if o, ok := operationOf(last); ok {
			s.base, s.op = s.stem, o
		}
	}
}

// operationOf is the operation that a part of a name says.
func operationOf(part string) (op, bool) {
	for _, o := range [...]op{":append", ":prepend", ":remove"} {
		if part == string(o[1:]) {
			return o, true
		}
	}
	return "", false
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

// eachVariant calls f for every name of which s is a variant, with the
// overrides that make it one.
func (s *symbol) eachVariant(f func(short *symbol, overrides string)) {
	short := s.stem
	for range s.shorts {
		f(short, s.name[len(short.name)+1:])
		short = short.stem
	}
}

// placeBits is how many places there are for shared symbols: several times as
// many as symbols.
const placeBits = 14

// find is the symbol of a name, nil when there is none.
func (n *names) find(name string) *symbol {
	if n.places != nil {
		s := n.places[placeOf(name, placeBits)]
		if s == nil {
			return n.own[name]
		}
		if s.name == name {
			return s
		}
	}
	if s := n.shared[name]; s != nil {
		return s
	}
	return n.own[name]
}

// byID is the symbol of an id.
func (n *names) byID(id int) *symbol {
	if id < len(n.sharedList) {
		return n.sharedList[id]
	}
	return n.ownList[id-len(n.sharedList)]
}

// each calls f for every symbol.
func (n *names) each(f func(*symbol)) {
	for _, s := range n.sharedList {
		f(s)
	}
	for _, s := range n.ownList {
		f(s)
	}
}

// share makes the symbols the shared ones of all copies to come.
func (n *names) share() {
	if n.shared != nil {
		return
	}
	n.shared, n.sharedList, n.own, n.ownList = n.own, n.ownList, nil, nil
	n.places = make([]*symbol, 1<<placeBits)
	for _, s := range n.sharedList {
		if at := &n.places[placeOf(s.name, placeBits)]; *at == nil {
			*at = s
		}
	}
	for name, s := range n.shared { // old releases have two names for one
		if at := &n.places[placeOf(name, placeBits)]; *at == nil {
			*at = s
		}
	}
}

// shares is whether a symbol is one of the shared ones.
func (n *names) shares(s *symbol) bool {
	return s.id < len(n.sharedList) && n.sharedList[s.id] == s
}

// copyIn makes a copy with the map and the list of a room.
func (n *names) copyIn(r *room) names {
	own := taken(&r.own)
	if own == nil {
		own = maps.Clone(n.own)
	} else {
		maps.Copy(own, n.own)
	}
	return names{shared: n.shared, sharedList: n.sharedList, places: n.places, own: own, ownList: append(taken(&r.ownList), n.ownList...)}
}

// symbolSet is a set of symbols of one Data.
type symbolSet []uint64

func (s symbolSet) has(x *symbol) bool { return x.id>>6 < len(s) && s[x.id>>6]&(1<<(x.id&63)) != 0 }

// each calls f for the id of every symbol.
func (s symbolSet) each(f func(id int)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			f(i<<6 + bits.TrailingZeros64(word))
		}
	}
}

func (s *symbolSet) add(x *symbol) {
	for x.id>>6 >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[x.id>>6] |= 1 << (x.id & 63)
}
