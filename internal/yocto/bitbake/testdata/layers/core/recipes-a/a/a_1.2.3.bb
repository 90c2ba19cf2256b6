SUMMARY = "everything that the language has"
require a-${PV}.inc
inherit_defer late

def series(d):
    parts = d.getVar('PV').split('.')
    return '.'.join(parts[:2])

SRC_URI = "${MIRROR}/${BPN}/${@series(d)}/${BP}.tar.xz"
SRC_URI += "file://one.patch \
            file://two.patch \
            "
SRC_URI:append = " file://always.patch"
SRC_URI:append:class-native = " file://native.patch"
SRC_URI:remove = "file://two.patch"
SRC_URI:prepend:arm = "file://never.patch "
SRC_URI[sha256sum] = "0123"
SRC_URI[md5sum] ?= "default"
SRC_URI[md5sum] ?= "second"
NAME:${PN} = "by key"
WEAK ??= "first"
WEAK ??= "second"
NOW := "${WEAK}"
WEAK = "third"
DOT = "b"
DOT =. "a"
DOT .= "c"
GONE = "x"
unset GONE
export SHELL_VAR = "1"
BBCLASSEXTEND = "native"

python () {
    if d.getVar('PN').endswith('-native'):
        d.setVar('SET_BY_CODE', 'native')
    d.appendVar('APPENDED_BY_CODE', ' more')
    for f in os.listdir('/'):
        d.setVar('DOUBTFUL', f)
}
APPENDED_BY_CODE = "some"
CLOCK = "a${DATE}"

do_install() {
	install -d ${D}
}
do_install[network] = "1"
