package upstream

import "fmt"

// MovedError says that a tag names another commit than the one pinned.
type MovedError struct{ Name, Tag, URL, Was, Is string }

func (e *MovedError) Error() string {
	return fmt.Sprintf("tag %s of %s has moved\n  pinned  %s\n  now     %s\n  action  nothing was kept", e.Tag, e.URL, e.Was, e.Is)
}

// Hint says what helps.
func (e *MovedError) Hint() string {
	return "a published tag should not move: find out why; dombuild update " + e.Name + " takes the new commit"
}

// AbsentError says that a server does not have a commit.
type AbsentError struct{ URL, Object, Says string }

func (e *AbsentError) Error() string {
	return fmt.Sprintf("%s does not give commit %s (it says %q)", e.URL, e.Object, e.Says)
}

// Hint says what helps.
func (e *AbsentError) Hint() string {
	return "check the commit's name; if upstream has removed it, import a bundle that has it, or pin another commit"
}
