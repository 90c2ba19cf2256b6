package bitbake

// Place is a line of a file. The file is relative to the directory that holds
// the layers, or absolute when it lies elsewhere.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
}

// Value is what a variable expands to.
type Value struct {
	Text    string
	Set     bool      // the variable has a value, maybe an empty one
	Unknown []Unknown // why Text is not certain; none: it is what BitBake gets
}

// Unknown is a reason why a value is not certain: an expression that the
// evaluator does not know, or code that may have changed the variable.
type Unknown struct {
	Place      Place
	Expression string
	Reason     string
}

// Assignment is one operation that took part in a variable's value, in the
// order in which the files say it.
type Assignment struct {
	Place Place
	Name  string // as written, with overrides and flag: "SRC_URI:append:class-native", "SRC_URI[sha256sum]"
	Op    string // =, ?=, ??=, :=, +=, =+, .=, =., :append, :prepend, :remove
	Text  string // not expanded
}
