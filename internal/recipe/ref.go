package recipe

import (
	"encoding/json"
	"reflect"

	"github.com/zclconf/go-cty/cty"
)

// ref is what a reference such as package.xen evaluates to: the identity of a
// block. It travels through expressions inside an object with the attributes
// name and address, which strings can be made of.
type ref struct {
	kind string
	addr Address
	name string
}

// MarshalJSON shows a reference as its address to jsonencode.
func (r *ref) MarshalJSON() ([]byte, error) { return json.Marshal(r.addr) }

// blockAttr is the attribute that holds the reference itself. It cannot be
// written in an expression: a recipe cannot forge a reference.
const blockAttr = "block"

var refType = cty.CapsuleWithOps("block", reflect.TypeFor[ref](), &cty.CapsuleOps{
	RawEquals: func(a, b any) bool { return *a.(*ref) == *b.(*ref) },
	HashKey:   func(v any) string { return v.(*ref).kind + " " + string(v.(*ref).addr) },
})

// refAttrs are the attributes of a block that expressions can read.
var refAttrs = []string{"address", "name"}

func (i instance) ref(kind string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"address": cty.StringVal(string(i.addr)),
		"name":    cty.StringVal(i.name),
		blockAttr: cty.CapsuleVal(refType, &ref{kind, i.addr, i.name}),
	})
}

// asRef takes the reference out of a value.
func asRef(v cty.Value) (*ref, bool) {
	ty := v.Type()
	if v.IsNull() || !v.IsWhollyKnown() || !ty.IsObjectType() || !ty.HasAttribute(blockAttr) || ty.AttributeType(blockAttr) != refType {
		return nil, false
	}
	return v.GetAttr(blockAttr).EncapsulatedValue().(*ref), true
}
