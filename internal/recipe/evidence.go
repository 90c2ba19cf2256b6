package recipe

// Evidence returns the files of the recipe that vouch for a source: keyrings,
// and lock files of packages.
func (s Source) Evidence() []File {
	var files []File
	if s.HTTP != nil && s.HTTP.Trust != nil {
		files = append(files, s.HTTP.Trust.Keyring)
	}
	if s.Git != nil && s.Git.Keyring != nil {
		files = append(files, *s.Git.Keyring)
	}
	for _, l := range []*Locked{s.GoModules, s.NPM, s.Crates} {
		if l != nil {
			files = append(files, l.File)
		}
	}
	return files
}
