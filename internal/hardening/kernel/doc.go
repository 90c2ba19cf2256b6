// Package kernel finds the configuration inside an image of Linux or Xen and
// judges it by rules of hardening. Nothing of an image is executed.
//
// Find reads a kernel image, a hypervisor image, a unified kernel image or a
// configuration as text. What an image does not embed is said to be missing
// with the reason, which makes every verdict on it unknown; it is no error.
//
// Linux embeds its configuration with CONFIG_IKCONFIG, as a gzip member
// between the marks IKCFG_ST and IKCFG_ED. Xen embeds it with
// CONFIG_HYPFS_CONFIG, as a bare gzip member, which is recognised by the
// header that Kconfig writes, "Xen/x86 4.20.0 Configuration".
//
// The rules are data (see Rules): an option, the value it should have, the
// architectures and versions that have it, what can stand in for it, who
// recommends it and why. Those for Linux follow the Kernel Self Protection
// Project and the recommendations that kernel-hardening-checker collects;
// those for Xen follow its Kconfig, its security advisories and SUPPORT.md.
//
// A verdict is proved, refuted, unknown or not-applicable. An option that the
// judged version does not have is not-applicable; when the version is not
// known, or a stable release may have got the option later, it is unknown.
package kernel
