"""What BitBake itself compares of each URI: verdicts.py BITBAKE BUILD > records

BITBAKE is a checkout of BitBake, BUILD a build directory. Each line is a JSON
record of one variant of one recipe. Nothing is fetched: a revision for which
BitBake would ask a server is "resolved". What is compared is found out by
BitBake's own verify_checksum over a file that has no expected checksum.
"""
import json
import logging
import os
import re
import sys
import tempfile
import zipfile

bitbake, build = (os.path.abspath(p) for p in sys.argv[1:3])
sys.path.insert(0, os.path.join(bitbake, "lib"))
if os.path.isdir(os.path.join(bitbake, "vendor")):
    sys.path.insert(0, os.path.join(bitbake, "vendor"))
os.chdir(build)
os.environ["BBPATH"] = build

import bb
import bb.cache
import bb.cookerdata
import bb.cooker
import bb.fetch2
import bb.parse
import bb.utils

logging.disable(logging.CRITICAL)
bb.utils.check_system_locale = lambda: None
RESOLVED = "resolved-by-the-server"
bb.fetch2.FetchMethod.latest_revision = lambda self, ud, d, name: RESOLVED

probe = os.path.join(tempfile.mkdtemp(), "probe.zip")
with zipfile.ZipFile(probe, "w") as z:
    z.writestr("probe", "nobody expects these bytes")


def checksums(ud, d):
    """Whether BitBake compares a file, and with what."""
    ud.localpath = probe
    try:
        bb.fetch2.verify_checksum(ud, d)
        return "nothing"
    except bb.fetch2.NoChecksumError:
        return "nothing"
    except bb.fetch2.ChecksumError:
        return "compared"


def judge(uri, d):
    out = {"uri": uri}
    try:
        ud = bb.fetch2.FetchData(uri, d)
        out["type"] = ud.type
        if ud.type == "file":
            out["verdict"] = "local"
            return out
        out["localpath"] = os.path.basename(ud.localpath or "")
        out["donestamp"] = os.path.basename(ud.donestamp or "")
        out["expected"] = {}
        for a in bb.fetch2.CHECKSUM_LIST:
            if getattr(ud, a + "_expected"):
                out["expected"][a] = getattr(ud, a + "_expected")
        revisions = getattr(ud, "revisions", None) or ({ud.name: ud.revision} if getattr(ud, "revision", None) else None)
        if revisions:
            out["revisions"] = revisions
            out["verdict"] = "resolved" if RESOLVED in revisions.values() else "pinned"
        else:
            out["verdict"] = checksums(ud, d)
    except Exception as e:
        out["verdict"], out["error"] = "refused", (type(e).__name__ + ": " + str(e))[:300]
    return out


def record(file, variant, d):
    out = {"file": file, "variant": variant, "uris": []}
    try:
        out["pn"] = d.getVar("PN")
        for uri in (d.getVar("SRC_URI") or "").split():
            out["uris"].append(judge(uri, d))
    except Exception as e:
        out["error"] = repr(e)[:300]
    return out


def recipes(builder):
    d = builder.data
    priorities = []
    for c in (d.getVar("BBFILE_COLLECTIONS") or "").split():
        pattern = d.getVar("BBFILE_PATTERN_" + c)
        priorities.append((c, pattern, re.compile(pattern), int(d.getVar("BBFILE_PRIORITY_" + c) or 0)))
    try:
        collect = bb.cooker.CookerCollectFiles(priorities, "")
    except TypeError:
        collect = bb.cooker.CookerCollectFiles(priorities)
    for file in sorted(collect.collect_bbfiles(d, d)[0]):
        appends = collect.get_file_appends(file)
        try:
            try:
                variants = builder.parseRecipeVariants(file, appends, layername=collect.calc_bbfile_priority(file)[2])
            except (TypeError, AttributeError, IndexError):  # older releases
                variants = bb.cache.NoCache(builder).load_bbfile(file, appends)
            for variant in variants:
                yield record(file, variant, variants[variant])
        except BaseException as e:
            if isinstance(e, KeyboardInterrupt):
                raise
            yield {"file": file, "variant": "", "uris": [], "error": repr(e)[:300]}


config = bb.cookerdata.CookerConfiguration()
config.env = {"PATH": os.environ["PATH"], "HOME": "/", "BBPATH": build}
builder = bb.cookerdata.CookerDataBuilder(config, False)
builder.parseBaseConfiguration()
bb.parse.siggen.finalise = lambda *a, **k: None
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what recipes print is no record
for r in recipes(builder):
    out.write(json.dumps(r) + "\n")
out.close()
