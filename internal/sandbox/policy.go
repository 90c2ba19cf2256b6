package sandbox

import (
	"regexp"

	"github.com/moby/buildkit/solver/pb"
	spb "github.com/moby/buildkit/sourcepolicy/pb"
)

// policy denies every source but the blobs and images of our own store. The
// last rule that matches wins.
func policy() *spb.Policy {
	own := &spb.Selector{
		Identifier: `^oci-layout(\+blob)?://` + regexp.QuoteMeta(repository) + `@sha256:[0-9a-f]{64}$`,
		MatchType:  spb.MatchType_REGEX,
		Constraints: []*spb.AttrConstraint{
			{Key: pb.AttrOCILayoutStoreID, Value: storeID, Condition: spb.AttrMatch_EQUAL},
			{Key: pb.AttrOCILayoutSessionID, Value: "", Condition: spb.AttrMatch_EQUAL},
		},
	}
	all := &spb.Selector{Identifier: `.*`, MatchType: spb.MatchType_REGEX}
	return &spb.Policy{Version: 1, Rules: []*spb.Rule{
		{Action: spb.PolicyAction_DENY, Selector: all},
		{Action: spb.PolicyAction_ALLOW, Selector: own},
	}}
}
