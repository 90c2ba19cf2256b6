base_do_fetch() {
	:
}
addtask do_fetch
do_fetch[network] = "1"
addtask do_compile after do_fetch
do_compile() {
	:
}
EXPORT_FUNCTIONS do_fetch
