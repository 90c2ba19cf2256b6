package attest

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/spdx/tools-golang/spdx/v2/common"
)

// Component is one package of the recipe, with the files that it made.
type Component struct {
	Name    string          // its address, such as package.busybox
	Version string          // of the recipe
	Within  bool            // its files are in the artifacts; or it was only needed to build others
	Files   []Artifact      // by their paths in its tree
	Sources []digest.Digest // of the dependencies that its script was given
	Inputs  []string        // names of the components that its script was given
}

// components adds the packages of the recipe: the target contains them, they
// contain their files and were generated from their sources.
func (s *sbom) components() {
	ids := map[string]common.ElementID{}
	for i, c := range s.build.Components {
		ids[c.Name] = common.ElementID(fmt.Sprintf("Package-made-%d", i))
	}
	for _, c := range s.build.Components {
		id := ids[c.Name]
		p := s.pkg(id, c.Name, c.Version)
		p.PrimaryPackagePurpose = "APPLICATION"
		if c.Within {
			s.relate(rootID, common.TypeRelationshipContains, id)
		} else {
			s.relate(id, common.TypeRelationshipBuildDependencyOf, rootID)
		}
		for _, f := range c.Files {
			s.file(id, common.ElementID(fmt.Sprintf("File-%s-%d", strings.TrimPrefix(string(id), "Package-"), len(s.doc.Packages))), f)
		}
		for _, d := range c.Sources {
			if source, ok := s.sources[d]; ok {
				s.relate(id, common.TypeRelationshipGeneratedFrom, source)
			}
		}
		for _, name := range c.Inputs {
			if input, ok := ids[name]; ok {
				s.relate(input, common.TypeRelationshipBuildDependencyOf, id)
			}
		}
	}
}
