SRCREV = "${AUTOREV}"
SRC_URI = "git://example.org/b;branch=main"
python () {
    raise bb.parse.SkipRecipe("not here")
}
python () {
    d.setVar("SRC_URI", "never")
}
