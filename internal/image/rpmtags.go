package image

// rpmTimes are the tags whose numbers are seconds since 1970.
var rpmTimes = map[uint32]bool{1006: true, 1008: true, 1034: true, 1080: true, 1181: true}

// rpmSignatureTags names the tags of the signature header (rpmtag.h of RPM).
var rpmSignatureTags = map[uint32]string{62: "signatures", 63: "immutable", 256: "best signature", 257: "file ids", 261: "signature place", 264: "badsha1", 266: "pubkeys",
	267: "dsa", 268: "rsa", 269: "sha1", 270: "long size", 271: "long archive size", 273: "sha256", 274: "file signatures", 275: "file signature length", 276: "verity signatures",
	277: "verity algorithm", 1000: "size", 1001: "le md5", 1002: "pgp", 1004: "md5", 1005: "gpg", 1006: "pgp5", 1007: "payload size", 1008: "reserved space", 1010: "sha1"}

// rpmTags names the tags of the header.
var rpmTags = map[uint32]string{
	61: "image", 62: "signatures", 63: "immutable", 100: "i18n table", 1000: "name", 1001: "version", 1002: "release", 1003: "epoch", 1004: "summary", 1005: "description",
	1006: "build time", 1007: "build host", 1008: "install time", 1009: "size", 1010: "distribution", 1011: "vendor", 1014: "license", 1015: "packager", 1016: "group",
	1018: "source", 1019: "patch", 1020: "url", 1021: "os", 1022: "arch", 1023: "pre-install", 1024: "post-install", 1025: "pre-uninstall", 1026: "post-uninstall",
	1028: "file sizes", 1029: "file states", 1030: "file modes", 1033: "file devices", 1034: "file mtimes", 1035: "file digests", 1036: "file links", 1037: "file flags",
	1039: "file users", 1040: "file groups", 1044: "source rpm", 1045: "file verify flags", 1046: "archive size", 1047: "provides", 1048: "require flags", 1049: "requires",
	1050: "require versions", 1053: "conflict flags", 1054: "conflicts", 1055: "conflict versions", 1064: "rpm version", 1065: "trigger scripts", 1066: "triggers",
	1080: "changelog times", 1081: "changelog names", 1082: "changelog texts", 1085: "pre-install program", 1086: "post-install program", 1087: "pre-uninstall program",
	1088: "post-uninstall program", 1090: "obsoletes", 1094: "cookie", 1095: "file device numbers", 1096: "file inodes", 1097: "file languages", 1098: "prefixes", 1112: "provide flags", 1113: "provide versions",
	1114: "obsolete flags", 1115: "obsolete versions", 1116: "directory indexes", 1117: "base names", 1118: "directory names", 1122: "optflags", 1123: "distribution url",
	1124: "payload format", 1125: "payload compressor", 1126: "payload flags", 1131: "rhnplatform", 1132: "platform", 1140: "file colours", 1141: "file classes",
	1142: "class dictionary", 1143: "file dependencies", 1144: "file dependency counts", 1145: "dependency dictionary", 1146: "source package id", 1151: "pre-transaction", 1152: "post-transaction",
	1153: "pre-transaction program", 1154: "post-transaction program", 1155: "bug url", 5009: "long size", 5011: "file digest algorithm", 5012: "bug url", 5034: "vcs", 5046: "recommends",
	5047: "recommend versions", 5048: "recommend flags", 5049: "suggests", 5050: "suggest versions", 5051: "suggest flags", 5052: "supplements", 5055: "enhances", 5062: "encoding",
	5092: "payload digest", 5093: "payload digest algorithm", 5096: "modularity label", 5097: "payload digest unpacked",
}
