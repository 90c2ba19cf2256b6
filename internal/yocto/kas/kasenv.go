package kas

import (
	"fmt"
	"os"
	"strings"
)

// Environment looks up a variable of the environment that kas is called in, as
// os.LookupEnv does; nil: there is none. kas documents them under "Environment
// variables": KAS_MACHINE, KAS_DISTRO and KAS_TARGET replace what the file says,
// repositories lie in KAS_WORK_DIR. KAS_TASK and KAS_REPO_REF_DIR change nothing
// of what is built; KAS_BUILD_DIR and KAS_PREMIRRORS are not followed.
type Environment func(name string) (string, bool)

// EnvironmentError is a variable of the environment with which kas would fail.
type EnvironmentError struct{ Name, Value, Reason string }

func (e *EnvironmentError) Error() string {
	return fmt.Sprintf("%s is %q in the environment: %s", e.Name, e.Value, e.Reason)
}

// Hint says what to do about it.
func (e *EnvironmentError) Hint() string {
	return "unset " + e.Name + ", or set it as for kas"
}

func (env Environment) lookup(name string) (string, bool) {
	if env == nil {
		return "", false
	}
	return env(name)
}

// workDir is KAS_WORK_DIR, which has to be there if it is set.
func (env Environment) workDir() (string, error) {
	dir, ok := env.lookup("KAS_WORK_DIR")
	if !ok || dir == "" { // which is the current directory
		return "", nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", &EnvironmentError{"KAS_WORK_DIR", dir, "there is no such directory"}
	}
	return dir, nil
}

// override replaces what a file says.
func (env Environment) override(c *Config) error {
	for name, field := range map[string]*string{"KAS_MACHINE": &c.Machine, "KAS_DISTRO": &c.Distro} {
		text, ok := env.lookup(name)
		if !ok {
			continue
		}
		if text == "" || strings.ContainsAny(text, "\"\\\n\r\x00") {
			return &EnvironmentError{name, text, "it cannot be written into local.conf"}
		}
		*field = text
	}
	text, _ := env.lookup("KAS_TARGET")
	if targets := strings.Fields(text); len(targets) > 0 {
		c.Multiconfig = named(targets)
	}
	return nil
}
