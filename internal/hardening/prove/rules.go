package prove

// Rule describes what is judged.
type Rule struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Proof string `json:"proof"` // what proves it
}

type rule struct {
	Rule
	judge func(*object) Check
}

// Rules returns the rules in the order of File.Checks.
func Rules() []Rule {
	list := make([]Rule, len(rules))
	for i, r := range rules {
		list[i] = r.Rule
	}
	return list
}

var rules = []rule{
	{Rule{"pie", "position independent executable", "ET_DYN with DF_1_PIE, or with PT_INTERP and DT_DEBUG"}, (*object).pie},
	{Rule{"relro", "relocations are read-only after they are done", "PT_GNU_RELRO"}, (*object).relro},
	{Rule{"now", "all symbols are bound at start", "DF_BIND_NOW, DF_1_NOW or DT_BIND_NOW"}, (*object).now},
	{Rule{"nx", "the stack is not executable", "PT_GNU_STACK without PF_X; in an object .note.GNU-stack without SHF_EXECINSTR"}, (*object).nx},
	{Rule{"no-rwx", "no memory is writable and executable", "the flags of every PT_LOAD; in an object those of every section"}, (*object).noRWX},
	{Rule{"no-textrel", "no relocation in read-only memory", "neither DT_TEXTREL nor DF_TEXTREL"}, (*object).noTextrel},
	{Rule{"stack-protector", "stack canaries: -fstack-protector-strong or -all", "the recorded switches of every compilation unit"}, judgeFlag(&stackProtector)},
	{Rule{"stack-clash", "the stack grows page by page: -fstack-clash-protection", "the recorded switches of every compilation unit"}, judgeFlag(&stackClash)},
	{Rule{"fortify", "checked library functions: -D_FORTIFY_SOURCE", "__USE_FORTIFY_LEVEL in .debug_macro of every compilation unit, or imports of checked functions alone (levels 2 and 3 look alike there)"}, (*object).fortify},
	{Rule{"ibt", "indirect branch tracking", "GNU_PROPERTY_X86_FEATURE_1_IBT"}, propertyRule(ibt)},
	{Rule{"shstk", "shadow stack", "GNU_PROPERTY_X86_FEATURE_1_SHSTK"}, propertyRule(shstk)},
	{Rule{"bti", "branch target identification", "GNU_PROPERTY_AARCH64_FEATURE_1_BTI"}, propertyRule(bti)},
	{Rule{"pac", "signed return addresses", "GNU_PROPERTY_AARCH64_FEATURE_1_PAC"}, propertyRule(pac)},
	{Rule{"auto-var-init", "local variables are initialised: -ftrivial-auto-var-init", "the recorded switches of every compilation unit"}, judgeFlag(&autoVarInit)},
	{Rule{"zero-call-used-regs", "registers are cleared on return: -fzero-call-used-regs", "the recorded switches of every compilation unit"}, judgeFlag(&zeroCallUsedRegs)},
	{Rule{"no-strict-overflow", "signed and pointer overflow wrap: -fno-strict-overflow", "the recorded switches of every compilation unit"}, judgeFlag(&noStrictOverflow)},
	{Rule{"bounds-checks", "Go's indexes are checked: no -B", "the recorded switches of every compilation unit of Go"}, (*object).boundsChecks},
	{Rule{"trimpath", "Go's program does not carry the paths of its build: -trimpath", "Go's build information"}, (*object).trimpath},
	{Rule{"rpath", "libraries come from the system's directories", "every entry of DT_RPATH and DT_RUNPATH, every library that is named by path, and the dynamic linker"}, (*object).rpath},
	{Rule{"separate-debug", "debug information is in another file", "no .debug_info, but .gnu_debuglink or a build-id to find it by"}, (*object).separateDebug},
	{Rule{"build-id", "the build can be named", "NT_GNU_BUILD_ID"}, (*object).buildID},
	{Rule{"forbidden-symbols", "no function is used that cannot be used safely", "the undefined symbols"}, (*object).forbidden},
}
