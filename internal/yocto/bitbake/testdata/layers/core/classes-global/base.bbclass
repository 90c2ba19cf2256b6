addtask fetch
python base_do_fetch () {
    bb.note("fetching")
}
base_do_compile() {
	oe_runmake
}
addtask compile after do_fetch before do_build
EXPORT_FUNCTIONS do_fetch do_compile
