package kernel

// linuxFeatures are drivers, file systems and protocols that have been ways
// in, and that a machine without a use for them leaves out.
func linuxFeatures() []Rule {
	return []Rule{
		disable("BLK_DEV_FD", Maintainer, Low, "no floppy driver"),
		disable("BLK_DEV_FD_RAWCMD", Maintainer, Medium, "no raw commands to floppy drives"),
		disable("BLK_DEV_UBLK", GrSec, Low, "no block devices in programs"),
		disable("DRM_LEGACY", Maintainer, Medium, "no graphics drivers of the old kind"),
		disable("NOUVEAU_LEGACY_CTX_SUPPORT", Maintainer, Low, "no old interface of nouveau"),
		disable("DRM_I915_DEBUG", GrSec, Low, "no debugging of the Intel graphics driver"),
		disable("FB", Maintainer, Low, "no frame buffer devices"),
		disable("VT", Maintainer, Low, "no virtual terminals in the kernel"),
		disable("INPUT_EVBUG", Checker, Medium, "keys are not written to the log"),
		disable("VIDEO_VIVID", Checker, Low, "no driver for a camera that is not there"),
		disable("DVB_C8SECTPFE", GrSec, Low, "no driver that few need"),
		disable("MTD_PHRAM", GrSec, Low, "memory is not made a flash device"),
		disable("MTD_SLRAM", GrSec, Low, "memory is not made a flash device"),
		disable("N_GSM", Maintainer, Medium, "no GSM multiplexer, which held several holes"),
		disable("PROVIDE_OHCI1394_DMA_INIT", GrSec, Medium, "FireWire devices do not reach memory early in boot"),
		disable("STAGING", CLIPOS, Medium, "no drivers that are not finished"),
		disable("CORESIGHT", Checker, Low, "no tracing hardware"),

		disable("IP_DCCP", Checker, Medium, "no DCCP"),
		disable("IP_SCTP", GrSec, Medium, "no SCTP"),
		disable("MPTCP", GrSec, Low, "no multipath TCP"),
		disable("TIPC", GrSec, Medium, "no TIPC"),
		disable("TLS", GrSec, Low, "no TLS in the kernel"),

		disable("SMB_SERVER", GrSec, Medium, "no SMB server in the kernel"),
		disable("XFS_SUPPORT_V4", Checker, Low, "no XFS without checksums"),
		disable("XFS_ONLINE_SCRUB_STATS", GrSec, Low, "no figures of XFS repairs"),
		disable("BCACHE_CLOSURES_DEBUG", GrSec, Low, "no debugging of bcache"),
	}
}
