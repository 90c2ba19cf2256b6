package main

import "github.com/spf13/cobra"

func (a *app) addVerbs(root *cobra.Command) {
	root.AddCommand(
		a.initVerb(), a.fmtVerb(), a.validateVerb(),
		a.lockVerb(), a.updateVerb(), a.fetchVerb(),
		a.planVerb(), a.buildVerb(), a.checkVerb(), a.diffVerb(), a.bootVerb(), a.hardenVerb(), a.auditVerb(),
		a.storeVerb(), a.showVerb(), a.whyVerb(), a.graphVerb(), a.treeVerb(),
		a.attestVerb(), a.verifyVerb(), a.sbomVerb(), a.bundleVerb(),
		a.doctorVerb(), a.versionVerb(), a.completionVerb(), a.manVerb(),
	)
}
