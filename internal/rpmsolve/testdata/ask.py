# Asks dnf what it would install. Arguments: the directory of a repository and
# an empty directory. Each line of the input is a request: names of packages.
# Each line of the output is its answer: the packages, sorted, or "none".
import sys

import dnf
import dnf.exceptions

base = dnf.Base()
base.conf.installroot = base.conf.cachedir = base.conf.persistdir = base.conf.logdir = sys.argv[2]
base.conf.substitutions["releasever"] = "1"
base.conf.reposdir = []
base.conf.best = False
base.conf.install_weak_deps = False
base.conf.plugins = False
base.repos.add_new_repo("own", base.conf, baseurl=["file://" + sys.argv[1]])
base.fill_sack(load_system_repo=False)
for line in sys.stdin:
    base.reset(goal=True)
    try:
        for name in line.split():
            base.install(name)
        base.resolve()
        print(" ".join(sorted("%s-%s-%s.%s" % (p.name, p.version, p.release, p.arch) for p in base.transaction.install_set)))
    except dnf.exceptions.Error as e:
        print("none")
