package plan

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

//go:embed pack/*.sh
var packers embed.FS

// image adds one step per format. The initramfs is packed whenever another
// format needs it, asked for or not.
func (b *builder) image(m recipe.Image) error {
	formats := slices.Clone(m.Formats)
	if !slices.Contains(formats, "initramfs") {
		formats = append(formats, "initramfs")
	}
	for _, f := range formats {
		s, err := b.imageStep(m, f)
		if err != nil {
			return err
		}
		if err := b.add(s); err != nil {
			return err
		}
	}
	return nil
}

// ImageStep names the step that packs an image in a format.
func ImageStep(a recipe.Address, format string) string { return string(a) + "." + format }

func (b *builder) imageStep(m recipe.Image, format string) (Step, error) {
	script, err := packers.ReadFile("pack/" + format + ".sh")
	if err != nil {
		return Step{}, fmt.Errorf("no packer for format %q", format)
	}
	s := Step{
		Name: ImageStep(m.Address, format), Kind: KindImage, Address: m.Address,
		Root: string(m.Toolchain), Place: m.Range, Host: b.env,
	}
	var names []string
	for _, a := range m.Packages {
		name := b.packageName(a)
		if name == "initramfs" || slices.Contains(names, name) {
			return Step{}, fmt.Errorf("two inputs of the image are named %q", name)
		}
		names = append(names, name)
		s.Boots = append(s.Boots, string(a))
		s.Trees = append(s.Trees, TreeMount{string(a), path.Join(InputsDir, name)})
	}
	if format == "initramfs" {
		s.Rooted, s.Budget, s.Except = true, m.Budget, m.Except
	} else {
		s.Trees = append(s.Trees, TreeMount{ImageStep(m.Address, "initramfs"), path.Join(InputsDir, "initramfs")})
	}
	s.Env = b.variables(imageVariables(m, names), nil)
	s.Files = b.scripts(s, m.Name, "", string(script), "")
	b.vary(&s)
	return s, nil
}

func imageVariables(m recipe.Image, packages []string) map[string]string {
	vars := map[string]string{"IMAGE": m.Name, "PACKAGES": strings.Join(packages, " ")}
	if m.Boot != nil {
		vars["HYPERVISOR_OPTIONS"] = m.Boot.HypervisorOptions
		vars["KERNEL_OPTIONS"] = m.Boot.KernelOptions
	}
	return vars
}
