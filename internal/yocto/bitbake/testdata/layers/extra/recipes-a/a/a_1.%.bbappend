FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
SRC_URI[sha256sum] = "4567"
APPENDED = "1"
