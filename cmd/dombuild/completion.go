package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells have completion scripts.
var shells = []string{"bash", "fish", "powershell", "zsh"}

func (a *app) completionVerb() *cobra.Command {
	cmd := verb("completion SHELL", "Write a completion script for "+strings.Join(shells, ", "), cobra.ExactArgs(1), nil)
	cmd.Long = "Write a completion script. For bash: source <(dombuild completion bash)"
	cmd.ValidArgs = shells
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(shells, args[0]) {
			return &usageError{fmt.Errorf("there is no completion for %q", args[0]), "completion takes one of " + strings.Join(shells, ", ")}
		}
		var script bytes.Buffer
		if err := writeCompletion(&script, cmd.Root(), args[0]); err != nil {
			return fmt.Errorf("making the completion script: %w", err)
		}
		doc := struct {
			Schema string `json:"schema"`
			Shell  string `json:"shell"`
			Script string `json:"script"`
		}{"dombuild/completion/v1", args[0], script.String()}
		return a.print(doc, func(w io.Writer) { _, _ = script.WriteTo(w) })
	}
	return cmd
}

func writeCompletion(w io.Writer, root *cobra.Command, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return root.GenZshCompletion(w)
}
