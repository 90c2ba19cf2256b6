package bitbake

import "fmt"

// Options says what is read. Either BuildDir or Layers is given.
type Options struct {
	// BuildDir is a build directory: it holds conf/bblayers.conf and
	// conf/local.conf.
	BuildDir string
	// Layers are directories that hold conf/layer.conf, in the order in which
	// bblayers.conf would name them. MACHINE is then qemux86-64 and DISTRO
	// nodistro, unless Set says otherwise.
	Layers []string
	// Root is the directory to which files are relative; empty: the deepest
	// directory that holds every layer.
	Root string
	// MultiConfig is the configuration of BBMULTICONFIG that is evaluated; empty:
	// the default one.
	MultiConfig string
	// Set holds values that win over everything the metadata says.
	Set    map[string]string
	Limits Limits
	// Progress is called after each recipe file, by one goroutine at a time.
	Progress func(done, total int)
}

// Limits bounds the work that metadata may cause. A zero field is the default.
type Limits struct {
	FileSize int64 // bytes of one file; 16 MiB
	Files    int   // files read for the configuration or for one recipe; 4096
	Depth    int   // nesting of include, of expansion and of calls; 128
	Steps    int   // steps of one expression, a tenth of what a recipe has; 2000000
	Length   int   // bytes of one expanded value; 16 MiB
	Recipes  int   // recipe files and appends; 200000
	Workers  int   // recipes evaluated at a time; one per processor
}

// Layer is a directory of metadata.
type Layer struct {
	Name     string   // its name in BBFILE_COLLECTIONS
	Dir      string   // as given or as in BBLAYERS, absolute
	Priority int      // BBFILE_PRIORITY
	Compat   []string // LAYERSERIES_COMPAT: names of releases
	Version  string   // LAYERVERSION
	OldStyle bool     // overrides are written with "_": releases before honister
}

// Recipe is one recipe as one of its variants.
type Recipe struct {
	File    string   // relative to the root of the layers
	Layer   string   // name of its layer
	Variant string   // "", native, nativesdk, cross …: from BBCLASSEXTEND
	PN, PV  string   // as far as they are certain; see Data.Get for the rest
	Appends []string // bbappend files that were applied, in order
	Skipped string   // why BitBake would not offer the recipe; empty: it does
	Data    *Data
	Errors  []*SyntaxError // the rest was evaluated all the same
}

// Function is the body of a task, of a python function or of a shell function.
type Function struct {
	Name   string
	Body   string // as written, without the line that opens it and the brace that closes it
	Python bool
	Place  Place // of the line that opens it
}

// Include is a file that was read for a recipe or for the configuration.
type Include struct {
	File string // like Place.File
	From Place  // of the line that asked for it; zero for the first file
}

// SyntaxError is a place that BitBake would refuse.
type SyntaxError struct {
	Place  Place
	Column int    // from 1; 0: the line as a whole
	Text   string // what is wrong
	Remedy string // what to do about it
}

func (e *SyntaxError) Error() string {
	s := e.Place.File
	if e.Place.Line > 0 {
		s += fmt.Sprintf(":%d", e.Place.Line)
		if e.Column > 0 {
			s += fmt.Sprintf(":%d", e.Column)
		}
	}
	return s + ": " + e.Text
}
