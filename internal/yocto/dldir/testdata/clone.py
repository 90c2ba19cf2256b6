"""BitBake fetches and unpacks a git URI from a DL_DIR alone:
clone.py BITBAKE DL_DIR ROOT URI [SRCREV=… SRCREV_name=… …]

Prints "unpacked" where BitBake is content although it has no network, then a
line for each file of the checkout.
"""
import logging
import os
import sys

bitbake, downloads, root, uri = sys.argv[1:5]
sys.path.insert(0, os.path.join(bitbake, "lib"))
if os.path.isdir(os.path.join(bitbake, "vendor")):
    sys.path.insert(0, os.path.join(bitbake, "vendor"))

import bb
import bb.data
import bb.fetch2

release = tuple(map(int, bb.__version__.split(".")[:2]))
old = release < (2, 12)
if ";tag=" in uri and old or ";name=one,two" in uri and not old or uri.startswith("gomodgit:") and release < (2, 10):
    print("not of this release")
    sys.exit(0)
logging.disable(logging.CRITICAL)
d = bb.data.init()
values = {"DL_DIR": downloads, "BB_NO_NETWORK": "1", "PN": "a", "PV": "1", "SRC_URI": uri, "PERSISTENT_DIR": root,
          "WORKDIR": root, "UNPACKDIR": root, "PATH": os.environ["PATH"], "HOME": root}
values.update(a.split("=", 1) for a in sys.argv[5:])
for name, value in values.items():
    d.setVar(name, value)
d.setVarFlag("PATH", "export", "1")
d.setVarFlag("HOME", "export", "1")
stamp = os.path.join(downloads, "git2")
before = {n: open(os.path.join(stamp, n), "rb").read() for n in os.listdir(stamp) if n.endswith(".done")}
try:
    fetcher = bb.fetch2.Fetch([uri], d)
    fetcher.download()
    fetcher.unpack(root)
except bb.fetch2.BBFetchException as e:
    print("refused: " + type(e).__name__)
    sys.exit(0)
for name, data in before.items():
    if open(os.path.join(stamp, name), "rb").read() != data:
        print("stamp changed: " + name)
print("unpacked")
for dir, dirs, files in os.walk(os.path.join(root, "git")):
    dirs[:] = sorted(n for n in dirs if n != ".git")
    for name in sorted(files):
        if name != ".git":
            path = os.path.join(dir, name)
            print(os.path.relpath(path, os.path.join(root, "git")), open(path).read().strip())
