package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/boot"
	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/store"
)

type bootFlags struct {
	out     string
	via     string
	timeout time.Duration
}

// ways are the values of --via; the first one whose artifact was built is the default.
var ways = []string{string(boot.UKI), string(boot.ISOUEFI), string(boot.ISOBIOS), string(boot.Multiboot)}

func (a *app) bootVerb() *cobra.Command {
	var f bootFlags
	cmd := verb("boot [TARGET]", "Boot a built image in QEMU and wait for its marker", cobra.MaximumNArgs(1),
		func(ctx context.Context, names []string) error { return a.boot(ctx, names, f) })
	cmd.Long = `Boot an image that build exported in QEMU, under emulation, and wait until its console
shows the marker that the recipe names. The artifacts are verified against the build's
record first. A crash, the end of the time limit or a missing line is an error.`
	cmd.Flags().StringVarP(&f.out, "out", "o", "out", "directory that build wrote to")
	cmd.Flags().StringVar(&f.via, "via", "", "how to boot: "+strings.Join(ways, ", ")+" (default: the first of these that was built)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 0, "time limit (default: the recipe's)")
	return cmd
}

// bootDocument is what boot --json prints.
type bootDocument struct {
	Schema  string   `json:"schema"`
	Target  string   `json:"target"`
	Via     string   `json:"via"`
	Seconds float64  `json:"seconds"`
	Matched []string `json:"matched"`
	Console []string `json:"console"`
}

func (a *app) boot(ctx context.Context, names []string, f bootFlags) error {
	t, err := a.bootTarget(names)
	if err != nil {
		return err
	}
	dir := filepath.Join(f.out, t.Name)
	rec, err := build.ReadRecord(dir)
	if err != nil {
		return &hintError{err, "dombuild build " + string(t.Address) + " -o " + f.out}
	}
	if err := verifyArtifacts(dir, rec); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "dombuild-boot-")
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	defer os.RemoveAll(tmp)
	spec, err := bootSpec(t, rec, dir, tmp, f)
	if err != nil {
		return err
	}
	if !a.flags.json {
		spec.Console = a.stderr
	}
	res, err := boot.Boot(ctx, spec)
	if err != nil {
		return err
	}
	doc := bootDocument{"dombuild/boot/v1", string(t.Address), string(spec.Kind), res.Duration.Seconds(), res.Matched, res.Console}
	return a.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "%s is up after %.1f s (%s)\n", t.Address, doc.Seconds, doc.Via)
	})
}

func (a *app) bootTarget(names []string) (build.Target, error) {
	p, _, err := a.plan()
	if err != nil {
		return build.Target{}, err
	}
	targets, err := build.Targets(p, names)
	if err != nil {
		return build.Target{}, err
	}
	targets = slices.DeleteFunc(targets, func(t build.Target) bool { return t.Boot == nil })
	if len(targets) != 1 {
		return build.Target{}, &usageError{
			fmt.Errorf("%d of the recipe's images have a boot block, one has to be named", len(targets)),
			"name an image with a boot block: dombuild boot image.NAME",
		}
	}
	return targets[0], nil
}

// verifyArtifacts hashes what is going to run.
func verifyArtifacts(dir string, rec build.Record) error {
	for _, x := range rec.Artifacts {
		name := filepath.Join(dir, filepath.FromSlash(x.Path))
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("reading an artifact: %w", err)
		}
		got, err := digest.FromReader(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		if got != x.Digest {
			return &store.IntegrityError{
				What: x.Path, Want: x.Digest, WantSize: x.Size, Got: got, GotSize: -1, From: name,
				Action: "it was not booted", Remedy: "dombuild build",
			}
		}
	}
	return nil
}

func bootSpec(t build.Target, rec build.Record, dir, tmp string, f bootFlags) (boot.Spec, error) {
	spec := boot.Spec{
		Memory: t.Boot.Memory, Marker: t.Boot.Marker, Timeout: t.Boot.Timeout, TempDir: tmp,
	}
	if f.timeout > 0 {
		spec.Timeout = f.timeout
	}
	for _, e := range t.Boot.Expect {
		re, err := regexp.Compile(e)
		if err != nil {
			return spec, fmt.Errorf("boot.expect: %w", err)
		}
		spec.Expect = append(spec.Expect, re)
	}
	if f.via != "" && !slices.Contains(ways, f.via) {
		return spec, &usageError{fmt.Errorf("--via %s is none of %s", f.via, strings.Join(ways, ", ")), ""}
	}
	for _, way := range ways {
		if f.via != "" && f.via != way {
			continue
		}
		ok, err := useArtifact(&spec, boot.Kind(way), t, rec, dir, tmp)
		if ok || err != nil {
			return spec, err
		}
	}
	return spec, &hintError{errors.New("the image has no artifact that can be booted this way"), "add the format to the image and build it again"}
}

// useArtifact sets what is booted, when the record has it.
func useArtifact(spec *boot.Spec, way boot.Kind, t build.Target, rec build.Record, dir, tmp string) (bool, error) {
	spec.Kind = way
	name := map[boot.Kind]string{boot.UKI: t.Name + ".efi", boot.ISOUEFI: t.Name + ".iso", boot.ISOBIOS: t.Name + ".iso", boot.Multiboot: "boot/xen.gz"}[way]
	if _, ok := rec.Artifact(name); !ok {
		return false, nil
	}
	spec.Artifact = filepath.Join(dir, name)
	if way != boot.Multiboot {
		return true, nil
	}
	xen := filepath.Join(tmp, "xen")
	if err := gunzip(spec.Artifact, xen); err != nil {
		return false, err
	}
	spec.Artifact, spec.Options = xen, t.Boot.HypervisorOptions
	spec.Modules = []boot.Module{
		{Path: filepath.Join(dir, "boot/vmlinuz"), Options: t.Boot.KernelOptions},
		{Path: filepath.Join(dir, "initramfs.cpio.gz")},
	}
	return true, nil
}

// gunzip unpacks the hypervisor: QEMU's own loader takes it only so.
func gunzip(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("unpacking the hypervisor: %w", err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", from, err)
	}
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("unpacking the hypervisor: %w", err)
	}
	_, err = io.Copy(out, z)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("unpacking %s: %w", from, err)
	}
	return nil
}
