package bitbake

// Data holds the variables of the configuration or of one recipe.
//
//	Get(name) Value                // expanded, overrides applied
//	Raw(name) Value                // overrides applied, not expanded
//	Flag(name, flag) Value         // expanded
//	Flags(name) []string           // sorted
//	History(name) []Assignment     // of "SRC_URI", and of "SRC_URI[sha256sum]"
//	Names() []string               // sorted
//	Expand(text) Value
//	Function(name) (Function, bool)
//	Anonymous() []Function
//	Tasks() []string
//	Inherits() []string            // names of classes, in order
//	Files() []Include
type Data struct{}
