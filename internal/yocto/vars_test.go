package yocto

import "github.com/dombuild/dombuild/internal/yocto/bitbake"

// judgedVars are hand-made variables; flags are "SRC_URI[sha256sum]".
type judgedVars map[string]string

func (v judgedVars) Get(name string) bitbake.Value {
	text, ok := v[name]
	return bitbake.Value{Text: text, Set: ok}
}

func (v judgedVars) Flag(name, flag string) bitbake.Value { return v.Get(name + "[" + flag + "]") }
