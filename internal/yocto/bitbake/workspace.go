package bitbake

// Workspace is a configuration that was parsed, and the recipes that its
// layers hold. Its methods may be called from several goroutines.
//
//	Load(ctx, Options) (*Workspace, error)
//	Configuration() *Data
//	Layers() []Layer
//	Root() string           // what relative files are relative to
//	Errors() []*SyntaxError // those of the configuration
//	Recipes(ctx, func(*Recipe) error) error
type Workspace struct {
	root   string
	layers []Layer
	conf   *Data
	errors []*SyntaxError
}

// Layers are the layers, in the order of BBLAYERS.
func (w *Workspace) Layers() []Layer { return w.layers }

// Root is the directory to which the files of places are relative.
func (w *Workspace) Root() string { return w.root }

// Configuration holds the variables of the configuration, before any recipe.
func (w *Workspace) Configuration() *Data { return w.conf }

// Errors are the places of the configuration that BitBake would refuse.
func (w *Workspace) Errors() []*SyntaxError { return w.errors }
