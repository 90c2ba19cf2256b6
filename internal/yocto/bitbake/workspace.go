package bitbake

// Workspace is a configuration that was parsed, and the recipes that its
// layers hold. Its methods may be called from several goroutines.
type Workspace struct {
	opt      Options
	env      *environment
	layers   []Layer
	patterns []layerPattern
	conf     *Data // what recipes derive from: not changed after Load
	view     *Data // a copy of it for the caller
	recipes  []recipeFile
	errors   []*SyntaxError
}

// Layers are the layers, in the order of BBLAYERS.
func (w *Workspace) Layers() []Layer { return w.layers }

// Root is the directory to which the files of places are relative.
func (w *Workspace) Root() string { return w.env.root }

// Configuration holds the variables of the configuration, before any recipe.
func (w *Workspace) Configuration() *Data { return w.view }

// Errors are the places of the configuration that BitBake would refuse.
func (w *Workspace) Errors() []*SyntaxError { return w.errors }
