// Package kas reads project files of kas: which repositories with which layers,
// and what is written into bblayers.conf and local.conf. It follows kas 5:
// includes are merged depth first, what includes wins, and the commits of a
// lock file (x.lock.yml beside x.yml) replace those of the repositories.
//
// Nothing is fetched, patched or executed. A repository is where kas would have
// put it, see [Config.Resolve]; one that is not there is an error that names it.
package kas
