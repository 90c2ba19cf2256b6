"""BitBake fetches from a DL_DIR alone: fetch.py BITBAKE DL_DIR URI SHA256

Prints "fetched" where BitBake is content with what is in DL_DIR although it
has no network.
"""
import logging
import os
import sys

bitbake, downloads, uri, sha256 = sys.argv[1:5]
sys.path.insert(0, os.path.join(bitbake, "lib"))
if os.path.isdir(os.path.join(bitbake, "vendor")):
    sys.path.insert(0, os.path.join(bitbake, "vendor"))

import bb
import bb.data
import bb.fetch2

logging.disable(logging.CRITICAL)
d = bb.data.init()
for name, value in {"DL_DIR": downloads, "BB_NO_NETWORK": "1", "PN": "a", "PV": "1", "SRC_URI": uri,
                    "BB_STRICT_CHECKSUM": "1", "PERSISTENT_DIR": downloads}.items():
    d.setVar(name, value)
d.setVarFlag("SRC_URI", "sha256sum", sha256)
try:
    bb.fetch2.Fetch([uri], d).download()
    print("fetched")
except bb.fetch2.BBFetchException as e:
    print("refused: " + type(e).__name__)
