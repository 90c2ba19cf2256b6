# Written by dombuild lock and checked to the byte: do not edit, change the recipe.

lock {
  version = 1
  recipe  = "sha256:e7505ce3f0b804fffefe04d01aaea248cfe6451b14b95e7ee20039325cbe48e6"
}

distribution "debian" {
  name         = "debian"
  suite        = "trixie"
  architecture = "amd64"
  components   = ["main"]

  vouched "inrelease" {
    date     = "2026-09-12T07:55:41Z"
    origin   = "Debian"
    suite    = "stable"
    codename = "trixie"
    size     = 140421
    digest   = "sha256:0584fba32e13e0ab8285fb16c27adea1ec03a73669c18702821094fd6ca86675"
    keyring  = "sha256:59a3c367b3a191f41bbe1160da8482d15d468f7a2528bbe37bc3cf8982e149ea"
    signers = [
      "04B54C3CDCA79751B16BC6B5225629DF75B188BD",
      "41587F7DB8C774BCCF131416762F67A0B2C39DE4",
      "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",
    ]

    index "main/binary-amd64/Packages.gz" {
      size   = 13332733
      digest = "sha256:42c23aaca08e8225ed0449360724b92531952cbe4ce3bbf189298a7108f40a85"
    }

    index "main/source/Sources.gz" {
      size   = 14147569
      digest = "sha256:bc2bbea10795a8d6cb719675a6fdb45774db16fb230ac713af35e7674413d5b9"
    }

    deb "acpica-tools" {
      version      = "20250404-1"
      architecture = "amd64"
      filename     = "pool/main/a/acpica-unix/acpica-tools_20250404-1_amd64.deb"
      size         = 865580
      digest       = "sha256:eea598bdb5d10ae51801f7c586a51f33335c60d964f5f18203cdda47fd5ab069"
    }

    deb "base-files" {
      version      = "13.8+deb13u7"
      architecture = "amd64"
      filename     = "pool/main/b/base-files/base-files_13.8+deb13u7_amd64.deb"
      size         = 88296
      digest       = "sha256:fcd42bb5cb63f7bfc4326a92541247872206d60a192fdff65ca14eb83ed408b9"
    }

    deb "base-passwd" {
      version      = "3.6.7"
      architecture = "amd64"
      filename     = "pool/main/b/base-passwd/base-passwd_3.6.7_amd64.deb"
      size         = 53712
      digest       = "sha256:cf31c6956ab5f65815d9d9ea1615c4f78ecd2893c31119658248a4756cee83e7"
    }

    deb "bash" {
      version      = "5.2.37-2+b10"
      architecture = "amd64"
      filename     = "pool/main/b/bash/bash_5.2.37-2+b10_amd64.deb"
      size         = 1500792
      digest       = "sha256:2fd7b04f1b7caa29c4e683f5216e6af354a41e3cdcf6e75394d7cda680f9ab82"
    }

    deb "bc" {
      version      = "1.07.1-4"
      architecture = "amd64"
      filename     = "pool/main/b/bc/bc_1.07.1-4_amd64.deb"
      size         = 103196
      digest       = "sha256:d055a11f0f9c5f8fe78b31d502c01dfe46ddf9c24f753aaddadaaff95fcc75ad"
    }

    deb "binutils" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/binutils_2.44-3_amd64.deb"
      size         = 265400
      digest       = "sha256:6bc08c02539ba53b5e748142397144c499f9b20b5fa9bb56431545db124addeb"
    }

    deb "binutils-common" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/binutils-common_2.44-3_amd64.deb"
      size         = 2508768
      digest       = "sha256:002da5d23f8757dee97a2c0a40e0e1d4d85a43da094488ee2ee7068d4d3691f9"
    }

    deb "binutils-x86-64-linux-gnu" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/binutils-x86-64-linux-gnu_2.44-3_amd64.deb"
      size         = 1013844
      digest       = "sha256:e6741ce95ff0f7a131c8d9faa3528ccbbc453078bbc62a97da81340ed7462c53"
    }

    deb "bison" {
      version      = "2:3.8.2+dfsg-1+b2"
      architecture = "amd64"
      filename     = "pool/main/b/bison/bison_3.8.2+dfsg-1+b2_amd64.deb"
      size         = 1169636
      digest       = "sha256:ce6eb1f7aad18850e32d223a68f54bcbe756d74f138c8ec5460ad9d220f4d335"
    }

    deb "bsdutils" {
      version      = "1:2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/bsdutils_2.41.5-0+deb13u1_amd64.deb"
      size         = 110208
      digest       = "sha256:d935a5102752a1108bdf1e815c89a84ac88d1949bf049a784178f946a09b14da"
    }

    deb "bzip2" {
      version      = "1.0.8-6"
      architecture = "amd64"
      filename     = "pool/main/b/bzip2/bzip2_1.0.8-6_amd64.deb"
      size         = 40520
      digest       = "sha256:6b5fbe71f0fc41e85919bc4b3c514e6c47577c5005dbf1f5af6e4a49cc221aab"
    }

    deb "coreutils" {
      version      = "9.7-3"
      architecture = "amd64"
      filename     = "pool/main/c/coreutils/coreutils_9.7-3_amd64.deb"
      size         = 3023556
      digest       = "sha256:1299ab6f9389a288eb2f5f3dd222c26cc777b9a2d5ecb6ee4cbd340cebcdada2"
    }

    deb "cpp" {
      version      = "4:14.2.0-1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-defaults/cpp_14.2.0-1_amd64.deb"
      size         = 1568
      digest       = "sha256:a6ba40550aadec80437813e0fce5516574945ff40e72306a5b378c03af3a6544"
    }

    deb "cpp-14" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/cpp-14_14.2.0-19_amd64.deb"
      size         = 1280
      digest       = "sha256:3bae5fe03c56c6d021900ab4fb79e35c6f75eee72a73fccc6f28a39db559d6a0"
    }

    deb "cpp-14-x86-64-linux-gnu" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/cpp-14-x86-64-linux-gnu_14.2.0-19_amd64.deb"
      size         = 11047460
      digest       = "sha256:ef274b5379f5f97fc71619d39ecc84d039d3e184570d207b909c90afaa5d79e0"
    }

    deb "cpp-x86-64-linux-gnu" {
      version      = "4:14.2.0-1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-defaults/cpp-x86-64-linux-gnu_14.2.0-1_amd64.deb"
      size         = 4840
      digest       = "sha256:d902f484e38bce59e82efc0df2fe20139a0932ca759ecafdfe6e5b6c72238eb8"
    }

    deb "dash" {
      version      = "0.5.12-12"
      architecture = "amd64"
      filename     = "pool/main/d/dash/dash_0.5.12-12_amd64.deb"
      size         = 98504
      digest       = "sha256:a8902cb6d8650134764a25fb80aec8589d858ef71ece1680a62e84816c37bb04"
    }

    deb "debconf" {
      version      = "1.5.91"
      architecture = "all"
      filename     = "pool/main/d/debconf/debconf_1.5.91_all.deb"
      size         = 121088
      digest       = "sha256:1ddc7e6c5925f748eefb7ca811d98e049f18c158bb21fbc7e122262ce6011e49"
    }

    deb "debianutils" {
      version      = "5.23.2"
      architecture = "amd64"
      filename     = "pool/main/d/debianutils/debianutils_5.23.2_amd64.deb"
      size         = 92360
      digest       = "sha256:720e43fda316676076498b4224ad3318049deafe60cc7c601011048de03ee97d"
    }

    deb "diffutils" {
      version      = "1:3.10-4"
      architecture = "amd64"
      filename     = "pool/main/d/diffutils/diffutils_3.10-4_amd64.deb"
      size         = 386504
      digest       = "sha256:d3412669f7ae53ba895c3a509620ea7494ec1a36faa204c5215442ced381a479"
    }

    deb "dmsetup" {
      version      = "2:1.02.205-2"
      architecture = "amd64"
      filename     = "pool/main/l/lvm2/dmsetup_1.02.205-2_amd64.deb"
      size         = 82344
      digest       = "sha256:4771f7ab0a907a8e5d02a6358ff016ae7cb49124906bada02fa882e141b615a0"
    }

    deb "dpkg" {
      version      = "1.22.22"
      architecture = "amd64"
      filename     = "pool/main/d/dpkg/dpkg_1.22.22_amd64.deb"
      size         = 1537216
      digest       = "sha256:3e800c6d75e8e709007ed1c356e5fa8509a75c1694fb0a1183709abc9cfdc1f3"
    }

    deb "findutils" {
      version      = "4.10.0-3"
      architecture = "amd64"
      filename     = "pool/main/f/findutils/findutils_4.10.0-3_amd64.deb"
      size         = 700008
      digest       = "sha256:3edf02b016456b6a98cefdbab99c5ce6f829b786f63affe970badea221aecfc7"
    }

    deb "flex" {
      version      = "2.6.4-8.2+b4"
      architecture = "amd64"
      filename     = "pool/main/f/flex/flex_2.6.4-8.2+b4_amd64.deb"
      size         = 423136
      digest       = "sha256:75f963765232c356d0a2fb70e780dfa9de2425aca036ec60eefb7fc98a2c905b"
    }

    deb "gcc" {
      version      = "4:14.2.0-1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-defaults/gcc_14.2.0-1_amd64.deb"
      size         = 5136
      digest       = "sha256:eee65c41a441c57c05f754ced1b9d093956966a1c7da9938c3ec00d3dc2f905d"
    }

    deb "gcc-14" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/gcc-14_14.2.0-19_amd64.deb"
      size         = 540064
      digest       = "sha256:21500408b5019d8d29f70ce58488e2eea469a1adb4b5fd7db45e819b5efcac4e"
    }

    deb "gcc-14-base" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/gcc-14-base_14.2.0-19_amd64.deb"
      size         = 49432
      digest       = "sha256:5b6825de4263824b78c4c51f6476414f3b4e89c2ab63e81dc8b9b5501e867cf6"
    }

    deb "gcc-14-x86-64-linux-gnu" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/gcc-14-x86-64-linux-gnu_14.2.0-19_amd64.deb"
      size         = 21389968
      digest       = "sha256:a17ef039f1ba482051c3efb5c2c24070002e60dd0bd09fd456ec31481a11b725"
    }

    deb "gcc-x86-64-linux-gnu" {
      version      = "4:14.2.0-1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-defaults/gcc-x86-64-linux-gnu_14.2.0-1_amd64.deb"
      size         = 1436
      digest       = "sha256:04c28c2760b0094b3d7758154ac095303dd00599b63ebad4086a325b607308b7"
    }

    deb "gettext-base" {
      version      = "0.23.1-2"
      architecture = "amd64"
      filename     = "pool/main/g/gettext/gettext-base_0.23.1-2_amd64.deb"
      size         = 243192
      digest       = "sha256:1a3dfadd661520ff01d379fd89cd0d49972a5a775d490609f1712134ee3d62ca"
    }

    deb "grep" {
      version      = "3.11-4"
      architecture = "amd64"
      filename     = "pool/main/g/grep/grep_3.11-4_amd64.deb"
      size         = 431488
      digest       = "sha256:2d78ed07d86a530ebf538f05cb2415f37c8daf908596bc32fc2563cc7e88c55a"
    }

    deb "grub-common" {
      version      = "2.12-9+deb13u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-common_2.12-9+deb13u2_amd64.deb"
      size         = 2899204
      digest       = "sha256:a59d34a52e98450165ffc05b75886e139ad77b9d851d25b11eaa973cbdcb3bdd"
    }

    deb "grub-efi-amd64-bin" {
      version      = "2.12-9+deb13u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-efi-amd64-bin_2.12-9+deb13u2_amd64.deb"
      size         = 1053352
      digest       = "sha256:d486d62c83aa197f83c1dd0560ffd96d91c896f4d58485164eb7e1623e7bfde2"
    }

    deb "grub-efi-amd64-unsigned" {
      version      = "2.12-9+deb13u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-efi-amd64-unsigned_2.12-9+deb13u2_amd64.deb"
      size         = 1361532
      digest       = "sha256:f30a4ab589f70af74bea89df37f538ad2faa7c6c41b2e7fa3b54a8fb81bf4193"
    }

    deb "grub-pc-bin" {
      version      = "2.12-9+deb13u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-pc-bin_2.12-9+deb13u2_amd64.deb"
      size         = 1021068
      digest       = "sha256:ebeaa7a12f6a96127dec15d2a64a6d3d8278b9a8bc5531185d990e1c97a4728d"
    }

    deb "gzip" {
      version      = "1.13-1+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/g/gzip/gzip_1.13-1+deb13u1_amd64.deb"
      size         = 138608
      digest       = "sha256:74cf12212beee4ab8d473bdc0107abf9e8cef737492198e2f4944a19f142b0ac"
    }

    deb "hostname" {
      version      = "3.25"
      architecture = "amd64"
      filename     = "pool/main/h/hostname/hostname_3.25_amd64.deb"
      size         = 11024
      digest       = "sha256:9c2a27e5d4d87137211fe46631b05b2ee8892ec76aae926304e4485ba02e1015"
    }

    deb "init-system-helpers" {
      version      = "1.69~deb13u1"
      architecture = "all"
      filename     = "pool/main/i/init-system-helpers/init-system-helpers_1.69~deb13u1_all.deb"
      size         = 39360
      digest       = "sha256:addf78073e1cbc5a5508937e11d2571055e29835e00ee8fab52a66775649378f"
    }

    deb "libacl1" {
      version      = "2.3.2-2+b1"
      architecture = "amd64"
      filename     = "pool/main/a/acl/libacl1_2.3.2-2+b1_amd64.deb"
      size         = 32860
      digest       = "sha256:08074f01e384bc07c0c2d79a58cf4a6523f71cf75d1808101c79617656c9a39d"
    }

    deb "libasan8" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libasan8_14.2.0-19_amd64.deb"
      size         = 2725272
      digest       = "sha256:771899ade7310fe31aa538a509354c33d62bbe4e408b4e5fc1e513988dc42645"
    }

    deb "libatomic1" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libatomic1_14.2.0-19_amd64.deb"
      size         = 9308
      digest       = "sha256:212b399aae2f7299203d261a57e49372e09565a9a5ea971905f94a3960366c05"
    }

    deb "libattr1" {
      version      = "1:2.5.2-3"
      architecture = "amd64"
      filename     = "pool/main/a/attr/libattr1_2.5.2-3_amd64.deb"
      size         = 22876
      digest       = "sha256:606b5ee12ea2786be607a17f40c1fb5e65c76ceaff66665bdf8f8c6c1b71d1fb"
    }

    deb "libaudit-common" {
      version      = "1:4.0.2-2+deb13u1"
      architecture = "all"
      filename     = "pool/main/a/audit/libaudit-common_4.0.2-2+deb13u1_all.deb"
      size         = 12812
      digest       = "sha256:b9d32e5ff04fd747aacb7d6b3ebbbbf734ddefb2f1695f0b1b2a4b5e51b1052e"
    }

    deb "libaudit1" {
      version      = "1:4.0.2-2+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/a/audit/libaudit1_4.0.2-2+deb13u1_amd64.deb"
      size         = 57680
      digest       = "sha256:3d1dd3f031a56f01b747e2acc0e14575212580e6fa63d800c44cb0a31f1edfd7"
    }

    deb "libbinutils" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libbinutils_2.44-3_amd64.deb"
      size         = 534440
      digest       = "sha256:4f4664c8a8f0ad0c8631c39fab02e3d8d86ccc6f4436a1d59f059dbcb0492679"
    }

    deb "libblkid1" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libblkid1_2.41.5-0+deb13u1_amd64.deb"
      size         = 171612
      digest       = "sha256:81535f3c2c0efc732965907c8749103a0a26377c761622c9ce39b4c92dcde52f"
    }

    deb "libbrotli1" {
      version      = "1.1.0-2+b7"
      architecture = "amd64"
      filename     = "pool/main/b/brotli/libbrotli1_1.1.0-2+b7_amd64.deb"
      size         = 306624
      digest       = "sha256:0fb79f88db210afbd69282ab9649e525f393ec6950ca34da1a6b359250b8d7db"
    }

    deb "libburn4t64" {
      version      = "1.5.6-1.1+b1"
      architecture = "amd64"
      filename     = "pool/main/libb/libburn/libburn4t64_1.5.6-1.1+b1_amd64.deb"
      size         = 164240
      digest       = "sha256:59edae2bc41ec2319d1569157b82c49f54b64e7459ce57c7ff443029fa8bb82f"
    }

    deb "libbz2-1.0" {
      version      = "1.0.8-6"
      architecture = "amd64"
      filename     = "pool/main/b/bzip2/libbz2-1.0_1.0.8-6_amd64.deb"
      size         = 37912
      digest       = "sha256:cba4cda04244b5e481bb15524bc3c983a7d1b6f330013b9b381706a2fcb65310"
    }

    deb "libc-bin" {
      version      = "2.41-12+deb13u4"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc-bin_2.41-12+deb13u4_amd64.deb"
      size         = 638452
      digest       = "sha256:dc8c79647fe3a5f37f72a400414f70263d0212f010ff2c09f990e30d91e38d1c"
    }

    deb "libc-dev-bin" {
      version      = "2.41-12+deb13u4"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc-dev-bin_2.41-12+deb13u4_amd64.deb"
      size         = 59960
      digest       = "sha256:2c21175d6a8283ed566d154c0c0bc06f60836e53b0b9e1f74c14eac586b68c24"
    }

    deb "libc6" {
      version      = "2.41-12+deb13u4"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc6_2.41-12+deb13u4_amd64.deb"
      size         = 2846580
      digest       = "sha256:967aa62605721081c3eb2a17650611a792aa802d76a6511d1840242623d204c9"
    }

    deb "libc6-dev" {
      version      = "2.41-12+deb13u4"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc6-dev_2.41-12+deb13u4_amd64.deb"
      size         = 1994660
      digest       = "sha256:1fda734dabcd80b77266a09ab62b0f1e3e16d8091db62899890b2200745632a2"
    }

    deb "libcap-ng0" {
      version      = "0.8.5-4+b1"
      architecture = "amd64"
      filename     = "pool/main/libc/libcap-ng/libcap-ng0_0.8.5-4+b1_amd64.deb"
      size         = 17584
      digest       = "sha256:20a9e4b0619a3eb2566338223bed135dde5a601eaa2f8fdd5f20b94506addcac"
    }

    deb "libcap2" {
      version      = "1:2.75-10+deb13u1+b3"
      architecture = "amd64"
      filename     = "pool/main/libc/libcap2/libcap2_2.75-10+deb13u1+b3_amd64.deb"
      size         = 28988
      digest       = "sha256:89fc4d34fc7a28ad6f0fcd0c561ab253b9dedf6f77f5a000b47c276c8295bf67"
    }

    deb "libcc1-0" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libcc1-0_14.2.0-19_amd64.deb"
      size         = 42796
      digest       = "sha256:2d587e3bfba4aec701946b7ba0c1640b97b6d8dd0a34ba1c70ae85261ecedefa"
    }

    deb "libcrypt-dev" {
      version      = "1:4.4.38-1"
      architecture = "amd64"
      filename     = "pool/main/libx/libxcrypt/libcrypt-dev_4.4.38-1_amd64.deb"
      size         = 119040
      digest       = "sha256:98e2333aea8d64ca68f9b75c16256d3a05492fd8f9e6dba96adbc6f19e4f5a09"
    }

    deb "libcrypt1" {
      version      = "1:4.4.38-1"
      architecture = "amd64"
      filename     = "pool/main/libx/libxcrypt/libcrypt1_4.4.38-1_amd64.deb"
      size         = 90072
      digest       = "sha256:0ebc144d662e3197982d1bf3a7b8b35ca845e54c68811de0328b1f0d7c67585c"
    }

    deb "libctf-nobfd0" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libctf-nobfd0_2.44-3_amd64.deb"
      size         = 155672
      digest       = "sha256:e280b2be3db6e584500e865c251605b95c346767d87ccb2524e44992048fc657"
    }

    deb "libctf0" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libctf0_2.44-3_amd64.deb"
      size         = 88616
      digest       = "sha256:120cafcd93132a276fa92a8fb4cf39b23d14e5a3e348f4f5580638d71ca95ac5"
    }

    deb "libdb5.3t64" {
      version      = "5.3.28+dfsg2-9"
      architecture = "amd64"
      filename     = "pool/main/d/db5.3/libdb5.3t64_5.3.28+dfsg2-9_amd64.deb"
      size         = 703676
      digest       = "sha256:18d02510ee78b67e4504ba050176797a200ff24214a7cd318082ab60ad7bf3fc"
    }

    deb "libdebconfclient0" {
      version      = "0.280"
      architecture = "amd64"
      filename     = "pool/main/c/cdebconf/libdebconfclient0_0.280_amd64.deb"
      size         = 10632
      digest       = "sha256:25acadc8b394bc86d05df16e70975e523f8f839a7d8d6d5e22c1cafdcef741aa"
    }

    deb "libdevmapper1.02.1" {
      version      = "2:1.02.205-2"
      architecture = "amd64"
      filename     = "pool/main/l/lvm2/libdevmapper1.02.1_1.02.205-2_amd64.deb"
      size         = 134640
      digest       = "sha256:e924e0df8823987f271b7d3a375dc2f8adcd76db66f09d0273043c885edb0af0"
    }

    deb "libefiboot1t64" {
      version      = "38-3.1+b1"
      architecture = "amd64"
      filename     = "pool/main/e/efivar/libefiboot1t64_38-3.1+b1_amd64.deb"
      size         = 43904
      digest       = "sha256:932d5799069e2af3f044cfd615518f0c1539400f1e8e1cdd9eeb407ca213926e"
    }

    deb "libefivar1t64" {
      version      = "38-3.1+b1"
      architecture = "amd64"
      filename     = "pool/main/e/efivar/libefivar1t64_38-3.1+b1_amd64.deb"
      size         = 58460
      digest       = "sha256:34bfb96ca9422af293aeac800438682112b4019adc5ed25728bc35dff4ad4ca4"
    }

    deb "libelf-dev" {
      version      = "0.192-4"
      architecture = "amd64"
      filename     = "pool/main/e/elfutils/libelf-dev_0.192-4_amd64.deb"
      size         = 93212
      digest       = "sha256:7a67f944281523d6e3c55c1797449bab223b08665cc6ad8b51293056b65d9bd6"
    }

    deb "libelf1t64" {
      version      = "0.192-4"
      architecture = "amd64"
      filename     = "pool/main/e/elfutils/libelf1t64_0.192-4_amd64.deb"
      size         = 189408
      digest       = "sha256:94497b7e17b6f574a0605b380d454e20d3f01a9c63b70c2a2263f679d30053e1"
    }

    deb "libexpat1" {
      version      = "2.8.3-1~deb13u1"
      architecture = "amd64"
      filename     = "pool/main/e/expat/libexpat1_2.8.3-1~deb13u1_amd64.deb"
      size         = 122672
      digest       = "sha256:38abe0e710a07688e9c149d74536e67cfee0364bdb64dd6d644c32a1cfad389f"
    }

    deb "libfreetype6" {
      version      = "2.13.3+dfsg-1+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/f/freetype/libfreetype6_2.13.3+dfsg-1+deb13u1_amd64.deb"
      size         = 452308
      digest       = "sha256:e4947f3291528f03d574f2b01d5c5fc45c58c47480f32888a5cdf0f231ab584e"
    }

    deb "libfuse3-4" {
      version      = "3.17.2-3"
      architecture = "amd64"
      filename     = "pool/main/f/fuse3/libfuse3-4_3.17.2-3_amd64.deb"
      size         = 98748
      digest       = "sha256:92e2d521ff872755a13aa69dba7b24025a7dc0f0f5aa708c9a86cd3565f570da"
    }

    deb "libgcc-14-dev" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libgcc-14-dev_14.2.0-19_amd64.deb"
      size         = 2672328
      digest       = "sha256:ca6f2d36d96b19b3eb71405b0b80134d8c89380b02204a2512e5c58ceb090628"
    }

    deb "libgcc-s1" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libgcc-s1_14.2.0-19_amd64.deb"
      size         = 72772
      digest       = "sha256:3c71917b490d1a17aed43196a2787a256ecf060526cdb20216a74bedc061b150"
    }

    deb "libgmp10" {
      version      = "2:6.3.0+dfsg-3"
      architecture = "amd64"
      filename     = "pool/main/g/gmp/libgmp10_6.3.0+dfsg-3_amd64.deb"
      size         = 560220
      digest       = "sha256:d0d0265eb01770f17afd0f7c8c0622f80479dcfbbe13653a0debeec61464e622"
    }

    deb "libgomp1" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libgomp1_14.2.0-19_amd64.deb"
      size         = 137148
      digest       = "sha256:72b7a1a33c48f3195efeb044111b34ae684b1e640bb6495c832443b798601cd5"
    }

    deb "libgprofng0" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libgprofng0_2.44-3_amd64.deb"
      size         = 807764
      digest       = "sha256:0d36d0bde85c467ac6735dded08e19dd30ae1369e3908b9eb48ccc0d6ff66648"
    }

    deb "libhwasan0" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libhwasan0_14.2.0-19_amd64.deb"
      size         = 1487768
      digest       = "sha256:2cdaf797cad8ac30a964ab081370682dd065ae1b0305a0be9d8e0e14cd0657d7"
    }

    deb "libisl23" {
      version      = "0.27-1"
      architecture = "amd64"
      filename     = "pool/main/i/isl/libisl23_0.27-1_amd64.deb"
      size         = 659152
      digest       = "sha256:ac8518042e81c00de1effb72bba7e88ac4ecd488f7ea8b9e3ebc63159cb53b35"
    }

    deb "libisoburn1t64" {
      version      = "1.5.6-1.2+b1"
      architecture = "amd64"
      filename     = "pool/main/libi/libisoburn/libisoburn1t64_1.5.6-1.2+b1_amd64.deb"
      size         = 410400
      digest       = "sha256:b80bb60269492aaf4a7dd316b238db0e1fc34647f59bc0d86aeb9d298089931d"
    }

    deb "libisofs6t64" {
      version      = "1.5.6.pl01-1.1+b1"
      architecture = "amd64"
      filename     = "pool/main/libi/libisofs/libisofs6t64_1.5.6.pl01-1.1+b1_amd64.deb"
      size         = 218604
      digest       = "sha256:52e9b19b888ff9af70299068ccd2bad790583da54ef8b6b6d8cb16b55d16aa88"
    }

    deb "libitm1" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libitm1_14.2.0-19_amd64.deb"
      size         = 25956
      digest       = "sha256:febdb3c528cde1a3abe952e17a1d3cfa7ccaca5b6f506d983d34385dad199490"
    }

    deb "libjansson4" {
      version      = "2.14-2+b3"
      architecture = "amd64"
      filename     = "pool/main/j/jansson/libjansson4_2.14-2+b3_amd64.deb"
      size         = 39792
      digest       = "sha256:60707a62fe6c1228c3389b12a13ca4efd76defc5532473e547a29e99cf7d2a6e"
    }

    deb "libjte2" {
      version      = "1.22-4+b2"
      architecture = "amd64"
      filename     = "pool/main/j/jigit/libjte2_1.22-4+b2_amd64.deb"
      size         = 29592
      digest       = "sha256:2e7799a28deac613ffaa75bb131046e8f9311fc211b747a10cf6760f15f0c4ae"
    }

    deb "liblastlog2-2" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/liblastlog2-2_2.41.5-0+deb13u1_amd64.deb"
      size         = 28772
      digest       = "sha256:abb76aecbf51479e6e193873dfddaa1b88667dc0b1db82a11286a67550ba1557"
    }

    deb "liblsan0" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/liblsan0_14.2.0-19_amd64.deb"
      size         = 1204164
      digest       = "sha256:a0df07da76287a45e665d584363dc2a6a1c4e240aee41b8bbc0f67cdff97cd68"
    }

    deb "liblzma5" {
      version      = "5.8.1-1+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/x/xz-utils/liblzma5_5.8.1-1+deb13u1_amd64.deb"
      size         = 309492
      digest       = "sha256:1cfcc6e0dc36f438a79b6e2189facdb9d150b08f57d190a60e01c98075c7f896"
    }

    deb "libmd0" {
      version      = "1.1.0-2+b1"
      architecture = "amd64"
      filename     = "pool/main/libm/libmd/libmd0_1.1.0-2+b1_amd64.deb"
      size         = 36272
      digest       = "sha256:7244ec3839b61fac0c1884fe08aaa040f26e8f1f35f1f5d3482eacefd30d1b44"
    }

    deb "libmount1" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libmount1_2.41.5-0+deb13u1_amd64.deb"
      size         = 210408
      digest       = "sha256:6d00f45f2e80e078e906e3eedecd3ba6913e39fef49bff361ee583f17f00ec05"
    }

    deb "libmpc3" {
      version      = "1.3.1-1+b3"
      architecture = "amd64"
      filename     = "pool/main/m/mpclib3/libmpc3_1.3.1-1+b3_amd64.deb"
      size         = 52244
      digest       = "sha256:2af0a5c128e03694a41c0b011bd8a958b7297436cdb3a15ddad7866dae8c300b"
    }

    deb "libmpfr6" {
      version      = "4.2.2-1"
      architecture = "amd64"
      filename     = "pool/main/m/mpfr4/libmpfr6_4.2.2-1_amd64.deb"
      size         = 729320
      digest       = "sha256:75dddce11dabc7fc543712c33dc27b7f2ee66a111763eb5eac654d010b42cd92"
    }

    deb "libpam-modules" {
      version      = "1.7.0-5"
      architecture = "amd64"
      filename     = "pool/main/p/pam/libpam-modules_1.7.0-5_amd64.deb"
      size         = 178696
      digest       = "sha256:9679ade117f8775ac0471f48a92652ab8e8dcda4e2ff06de75158cded9cfd83c"
    }

    deb "libpam-modules-bin" {
      version      = "1.7.0-5"
      architecture = "amd64"
      filename     = "pool/main/p/pam/libpam-modules-bin_1.7.0-5_amd64.deb"
      size         = 49116
      digest       = "sha256:cc72066d008444317738e8e931d6131b301466b4e2dd5ef5baa75fb1a45d61a7"
    }

    deb "libpam-runtime" {
      version      = "1.7.0-5"
      architecture = "all"
      filename     = "pool/main/p/pam/libpam-runtime_1.7.0-5_all.deb"
      size         = 248720
      digest       = "sha256:b02792c9ed6174db695a653b95ef3629fdac3a73ba1eff1754ab161b5711bfbf"
    }

    deb "libpam0g" {
      version      = "1.7.0-5"
      architecture = "amd64"
      filename     = "pool/main/p/pam/libpam0g_1.7.0-5_amd64.deb"
      size         = 69880
      digest       = "sha256:4f5bde27d8df2de6ea8990319b42d9974f56a3ba9907ce7296fd0f8964fc9fb1"
    }

    deb "libpcre2-8-0" {
      version      = "10.46-1~deb13u2"
      architecture = "amd64"
      filename     = "pool/main/p/pcre2/libpcre2-8-0_10.46-1~deb13u2_amd64.deb"
      size         = 298872
      digest       = "sha256:1252b96a5bc44bb5db982bef8eb18e54f5047cede2aff641bce4f8e1edb91c3e"
    }

    deb "libpkgconf3" {
      version      = "1.8.1-4"
      architecture = "amd64"
      filename     = "pool/main/p/pkgconf/libpkgconf3_1.8.1-4_amd64.deb"
      size         = 36436
      digest       = "sha256:85087cd04e57fd4ab7d6e816d348c335047823ab60c78878336b74f07b352ca1"
    }

    deb "libpng16-16t64" {
      version      = "1.6.48-1+deb13u5"
      architecture = "amd64"
      filename     = "pool/main/libp/libpng1.6/libpng16-16t64_1.6.48-1+deb13u5_amd64.deb"
      size         = 283204
      digest       = "sha256:2465b4e9fa85cff54dc10a6da3e64074d8d9292c86e4a8f989b809d6b158e97e"
    }

    deb "libpython3.13-minimal" {
      version      = "3.13.5-2+deb13u5"
      architecture = "amd64"
      filename     = "pool/main/p/python3.13/libpython3.13-minimal_3.13.5-2+deb13u5_amd64.deb"
      size         = 863168
      digest       = "sha256:a4aa6a9a8c77f87bfe545e1d14ec42c001d189ace90e3aa75deec882b39dee49"
    }

    deb "libquadmath0" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libquadmath0_14.2.0-19_amd64.deb"
      size         = 145068
      digest       = "sha256:f5b51cf0ece3ec3bb7494d0cdbff3ce715ae00cfb2b6ed787f7db91319d64a7b"
    }

    deb "libreadline8t64" {
      version      = "8.2-6"
      architecture = "amd64"
      filename     = "pool/main/r/readline/libreadline8t64_8.2-6_amd64.deb"
      size         = 168832
      digest       = "sha256:eeadf2b5e755c9f183883feea2d9b5b28560284275d5f54d3e55d0923b1d0967"
    }

    deb "libselinux1" {
      version      = "3.8.1-1"
      architecture = "amd64"
      filename     = "pool/main/libs/libselinux/libselinux1_3.8.1-1_amd64.deb"
      size         = 84680
      digest       = "sha256:68bb8d32bd8d6d7d2f5952a169db03d1484b46ae1e52abccdec42a19dccea5d5"
    }

    deb "libsframe1" {
      version      = "2.44-3"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libsframe1_2.44-3_amd64.deb"
      size         = 78360
      digest       = "sha256:38f625dfdc582717029ac3a3e97c51d994ec2e7a0e9b230c6b44e40d1276311f"
    }

    deb "libsmartcols1" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libsmartcols1_2.41.5-0+deb13u1_amd64.deb"
      size         = 143216
      digest       = "sha256:d96bac9c8805685f2734885098a214b82950da6ebb182c27a6b7a124a0323392"
    }

    deb "libsqlite3-0" {
      version      = "3.46.1-7+deb13u2"
      architecture = "amd64"
      filename     = "pool/main/s/sqlite3/libsqlite3-0_3.46.1-7+deb13u2_amd64.deb"
      size         = 914584
      digest       = "sha256:0a459adaffd901109f7811ab65f58e7a957b4907d05539cf3d1184efdcde0468"
    }

    deb "libssl3t64" {
      version      = "3.5.7-1~deb13u2"
      architecture = "amd64"
      filename     = "pool/main/o/openssl/libssl3t64_3.5.7-1~deb13u2_amd64.deb"
      size         = 2453872
      digest       = "sha256:916f7f40b34a06e6ebfaefcdab331bff458328411da672598f126a760472467d"
    }

    deb "libstdc++6" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libstdc++6_14.2.0-19_amd64.deb"
      size         = 713628
      digest       = "sha256:ab1fa05837aa7a92aae748fd07a18a35f7d18bb4a71c4724fe2bbf0e32089de0"
    }

    deb "libsystemd0" {
      version      = "257.13-1~deb13u1"
      architecture = "amd64"
      filename     = "pool/main/s/systemd/libsystemd0_257.13-1~deb13u1_amd64.deb"
      size         = 454648
      digest       = "sha256:ab0d4127b5e46e6f8c015a1db15a62ba9ae274cdefa150083adf90ada0600ea1"
    }

    deb "libtinfo6" {
      version      = "6.5+20250216-2"
      architecture = "amd64"
      filename     = "pool/main/n/ncurses/libtinfo6_6.5+20250216-2_amd64.deb"
      size         = 348380
      digest       = "sha256:8b9f6a7983e9418564e48a627518de4c03917b56efe68d7f3e93bd8fffa1cc10"
    }

    deb "libtsan2" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libtsan2_14.2.0-19_amd64.deb"
      size         = 2460216
      digest       = "sha256:529d7f68227d16975076c5f842e8b687faea1b5df8e0dcf62e436d5402844ca5"
    }

    deb "libubsan1" {
      version      = "14.2.0-19"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-14/libubsan1_14.2.0-19_amd64.deb"
      size         = 1074340
      digest       = "sha256:9205a1bef7d6a52ffc06548e0cde169ff303e688c12d9be3a98f734449077e22"
    }

    deb "libudev1" {
      version      = "257.13-1~deb13u1"
      architecture = "amd64"
      filename     = "pool/main/s/systemd/libudev1_257.13-1~deb13u1_amd64.deb"
      size         = 152300
      digest       = "sha256:5d41c284f5a93b05bc7d648b61a02dd2bb9ff05b2261ad1a8b7d96044a0cfa88"
    }

    deb "libuuid1" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libuuid1_2.41.5-0+deb13u1_amd64.deb"
      size         = 37848
      digest       = "sha256:c1bf4c4c3ff48c57fabf93307dfb56996b60cfa33927afc4158b5db36fb2721e"
    }

    deb "libyajl-dev" {
      version      = "2.1.0-5+b2"
      architecture = "amd64"
      filename     = "pool/main/y/yajl/libyajl-dev_2.1.0-5+b2_amd64.deb"
      size         = 32032
      digest       = "sha256:d0069e988f68b05eae42bce7a66bf54dc43863c6ed6b259619951b2a70f8f39b"
    }

    deb "libyajl2" {
      version      = "2.1.0-5+b2"
      architecture = "amd64"
      filename     = "pool/main/y/yajl/libyajl2_2.1.0-5+b2_amd64.deb"
      size         = 23340
      digest       = "sha256:98497e30d6672298111b74e59890b3232b947abe4ecf04e39f480413b755e4f5"
    }

    deb "libzstd-dev" {
      version      = "1.5.7+dfsg-1"
      architecture = "amd64"
      filename     = "pool/main/libz/libzstd/libzstd-dev_1.5.7+dfsg-1_amd64.deb"
      size         = 371112
      digest       = "sha256:de5f8aabcf4cb5cd1b441495ea4c24838e88ecbb30ae22c032a1b3b68a9d6f1e"
    }

    deb "libzstd1" {
      version      = "1.5.7+dfsg-1"
      architecture = "amd64"
      filename     = "pool/main/libz/libzstd/libzstd1_1.5.7+dfsg-1_amd64.deb"
      size         = 303836
      digest       = "sha256:2f6a2aeacfc925eba8b00ac9139bc4bfccf8cacb09eb93de067074b26948eef9"
    }

    deb "linux-libc-dev" {
      version      = "6.12.107-1"
      architecture = "all"
      filename     = "pool/main/l/linux/linux-libc-dev_6.12.107-1_all.deb"
      size         = 2919204
      digest       = "sha256:dc68dd53c7356598d005866da0d19d7bd33af2a62971aced624cdf04492902b4"
    }

    deb "m4" {
      version      = "1.4.19-8"
      architecture = "amd64"
      filename     = "pool/main/m/m4/m4_1.4.19-8_amd64.deb"
      size         = 293956
      digest       = "sha256:221b3e224708c1da2a1a88b6824380593579b2254ae7d914afa14cbd5d343334"
    }

    deb "make" {
      version      = "4.4.1-2"
      architecture = "amd64"
      filename     = "pool/main/m/make-dfsg/make_4.4.1-2_amd64.deb"
      size         = 463104
      digest       = "sha256:70a9709e665383b06068ccd423d62ea191b65355f318a25565dbf324b254cec6"
    }

    deb "mawk" {
      version      = "1.3.4.20250131-1"
      architecture = "amd64"
      filename     = "pool/main/m/mawk/mawk_1.3.4.20250131-1_amd64.deb"
      size         = 140808
      digest       = "sha256:ade14470c4dff8921bca6ca8b1ea20eadc0f2178b48caff3c74534b17a633292"
    }

    deb "mtools" {
      version      = "4.0.48-1"
      architecture = "amd64"
      filename     = "pool/main/m/mtools/mtools_4.0.48-1_amd64.deb"
      size         = 198228
      digest       = "sha256:e7069109ce49f5a450caeca681e454f24dc412f9fdb289cde54e115162203760"
    }

    deb "musl" {
      version      = "1.2.5-3.1~deb13u1"
      architecture = "amd64"
      filename     = "pool/main/m/musl/musl_1.2.5-3.1~deb13u1_amd64.deb"
      size         = 428012
      digest       = "sha256:fd4231e1c189c0ebe01182747f83817593fefa7f6b690c484410646288b60058"
    }

    deb "musl-dev" {
      version      = "1.2.5-3.1~deb13u1"
      architecture = "amd64"
      filename     = "pool/main/m/musl/musl-dev_1.2.5-3.1~deb13u1_amd64.deb"
      size         = 615788
      digest       = "sha256:a3f7d47e452129bb65aae201d6c115abf4d5d3efb136b38b7c6b4fa03ec065e9"
    }

    deb "musl-tools" {
      version      = "1.2.5-3.1~deb13u1"
      architecture = "amd64"
      filename     = "pool/main/m/musl/musl-tools_1.2.5-3.1~deb13u1_amd64.deb"
      size         = 41912
      digest       = "sha256:2ffc3e5f7ecffdc2b64eeac23ffc199b21b4c93dca8e7310dd2c9ab9cd42ddd4"
    }

    deb "ncurses-base" {
      version      = "6.5+20250216-2"
      architecture = "all"
      filename     = "pool/main/n/ncurses/ncurses-base_6.5+20250216-2_all.deb"
      size         = 273216
      digest       = "sha256:190e775260a38973c415a36ae99f33ad1b37ea6ca99929d7c5d53843fc23e914"
    }

    deb "ncurses-bin" {
      version      = "6.5+20250216-2"
      architecture = "amd64"
      filename     = "pool/main/n/ncurses/ncurses-bin_6.5+20250216-2_amd64.deb"
      size         = 438372
      digest       = "sha256:40a525f4761e9ed4b8adcd1783cb9a6467ff8008215ae99b3597825bdefc61e4"
    }

    deb "openssl-provider-legacy" {
      version      = "3.5.7-1~deb13u2"
      architecture = "amd64"
      filename     = "pool/main/o/openssl/openssl-provider-legacy_3.5.7-1~deb13u2_amd64.deb"
      size         = 316132
      digest       = "sha256:f155c8191ae6d41da73d792f4182680aeafeb85c3dd223934ee9fdd115c4f1fa"
    }

    deb "patch" {
      version      = "2.8-2"
      architecture = "amd64"
      filename     = "pool/main/p/patch/patch_2.8-2_amd64.deb"
      size         = 134328
      digest       = "sha256:80c46a0085b33acc74bf451fddb6a70cb43d4ebcc4a873aec04d8d0a63ffc630"
    }

    deb "perl-base" {
      version      = "5.40.1-6+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/p/perl/perl-base_5.40.1-6+deb13u1_amd64.deb"
      size         = 1666320
      digest       = "sha256:b795464137a0f4d443fc9284f4b93e883fb83883cb533adf300ac660807a352a"
    }

    deb "pkgconf" {
      version      = "1.8.1-4"
      architecture = "amd64"
      filename     = "pool/main/p/pkgconf/pkgconf_1.8.1-4_amd64.deb"
      size         = 26172
      digest       = "sha256:f1fcad470ca3ac80b4a0f4af6f03cd215089473996b07e508b3ee342bbb11af7"
    }

    deb "pkgconf-bin" {
      version      = "1.8.1-4"
      architecture = "amd64"
      filename     = "pool/main/p/pkgconf/pkgconf-bin_1.8.1-4_amd64.deb"
      size         = 30220
      digest       = "sha256:54efef2aef4db5fcb5e0f5b7746465000c6a779b06f3686d0ec3d2a901b20aeb"
    }

    deb "python3-minimal" {
      version      = "3.13.5-1"
      architecture = "amd64"
      filename     = "pool/main/p/python3-defaults/python3-minimal_3.13.5-1_amd64.deb"
      size         = 27248
      digest       = "sha256:a5d2371bebf3689f676e3f3bae800371bcc4392a8a51269e23d528249b399615"
    }

    deb "python3.13-minimal" {
      version      = "3.13.5-2+deb13u5"
      architecture = "amd64"
      filename     = "pool/main/p/python3.13/python3.13-minimal_3.13.5-2+deb13u5_amd64.deb"
      size         = 2224552
      digest       = "sha256:c1fda9e7b1bf15b2fa75a238d8a8710e142fe14c722fc650c5fc614f078c9073"
    }

    deb "readline-common" {
      version      = "8.2-6"
      architecture = "all"
      filename     = "pool/main/r/readline/readline-common_8.2-6_all.deb"
      size         = 69360
      digest       = "sha256:f77e8aa0bf0de618f11cb0b21658a4ed60f177d63b3cf26d7fc3706b6d0eaaa9"
    }

    deb "rpcsvc-proto" {
      version      = "1.4.3-1"
      architecture = "amd64"
      filename     = "pool/main/r/rpcsvc-proto/rpcsvc-proto_1.4.3-1_amd64.deb"
      size         = 63268
      digest       = "sha256:32ac0692694f8a34cc90c895f4fc739680fb2ef0e2d4870a68833682bf1c81a3"
    }

    deb "sed" {
      version      = "4.9-2+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/s/sed/sed_4.9-2+deb13u1_amd64.deb"
      size         = 330696
      digest       = "sha256:7071270ed4f6adda55bc4f926347fb847bacaffbdee3dff917bc6006ed7e3775"
    }

    deb "sysvinit-utils" {
      version      = "3.14-4"
      architecture = "amd64"
      filename     = "pool/main/s/sysvinit/sysvinit-utils_3.14-4_amd64.deb"
      size         = 34060
      digest       = "sha256:c7e957360dff89675b491e501b00047cf750695178cabab167c92fc260d358ec"
    }

    deb "tar" {
      version      = "1.35+dfsg-3.1"
      architecture = "amd64"
      filename     = "pool/main/t/tar/tar_1.35+dfsg-3.1_amd64.deb"
      size         = 814968
      digest       = "sha256:214c02e1aa291076a3147b8a4c4cae02fadf4c67df629186e3e313726faef1de"
    }

    deb "util-linux" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/util-linux_2.41.5-0+deb13u1_amd64.deb"
      size         = 1242392
      digest       = "sha256:7d5b1176cc3d8cc6b290b3ec17af458f362d9200845f30da22057a8198744430"
    }

    deb "uuid-dev" {
      version      = "2.41.5-0+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/uuid-dev_2.41.5-0+deb13u1_amd64.deb"
      size         = 49068
      digest       = "sha256:cb7d7db20e5d91193c2c6629a3f4aa917e3bc558c72b7f2db7203bcfa9a3ba1b"
    }

    deb "xorriso" {
      version      = "1.5.6-1.2+b1"
      architecture = "amd64"
      filename     = "pool/main/libi/libisoburn/xorriso_1.5.6-1.2+b1_amd64.deb"
      size         = 323180
      digest       = "sha256:9ee40b0f45479283c1c69e5d914f69c44051c61b6efb3f86994238a62ceddd1a"
    }

    deb "xz-utils" {
      version      = "5.8.1-1+deb13u1"
      architecture = "amd64"
      filename     = "pool/main/x/xz-utils/xz-utils_5.8.1-1+deb13u1_amd64.deb"
      size         = 659488
      digest       = "sha256:9e0a39d95373afdaad3c9dfaab3c8b0beb9a2c4654e6be10b4bcf458509a3217"
    }

    deb "zlib1g" {
      version      = "1:1.3.dfsg+really1.3.1-1+b1"
      architecture = "amd64"
      filename     = "pool/main/z/zlib/zlib1g_1.3.dfsg+really1.3.1-1+b1_amd64.deb"
      size         = 88892
      digest       = "sha256:015be740d6236ad114582dea500c1d907f29e16d6db00566ca32fb68d71ac90d"
    }

    deb "zlib1g-dev" {
      version      = "1:1.3.dfsg+really1.3.1-1+b1"
      architecture = "amd64"
      filename     = "pool/main/z/zlib/zlib1g-dev_1.3.dfsg+really1.3.1-1+b1_amd64.deb"
      size         = 919744
      digest       = "sha256:76ed5c858e1aef38b7be93acce5910e457e77bd6271471b9d05fb42e78826224"
    }

    dsc "busybox" {
      version = "1:1.37.0-6"
      patches = true

      file "busybox_1.37.0-6.debian.tar.xz" {
        path   = "pool/main/b/busybox/busybox_1.37.0-6.debian.tar.xz"
        size   = 65032
        digest = "sha256:10b2cd64b41c26ae134e1cd6135b68575bbe79356c20985f35e32f32a1746c34"
      }

      file "busybox_1.37.0.orig.tar.bz2" {
        path   = "pool/main/b/busybox/busybox_1.37.0.orig.tar.bz2"
        size   = 2565764
        digest = "sha256:3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4"
      }
    }

    dsc "linux" {
      version = "6.12.107-1"
      patches = false

      file "linux_6.12.107.orig.tar.xz" {
        path   = "pool/main/l/linux/linux_6.12.107.orig.tar.xz"
        size   = 151398592
        digest = "sha256:efc76d3c78a5d65f42724118c437d11db1c9f6309a5f024ee9a8b1978fdc6919"
      }
    }

    dsc "xen" {
      version = "4.20.3+127-gc42374a105-0+deb13u1"
      patches = false

      file "xen_4.20.3+127-gc42374a105.orig.tar.xz" {
        path   = "pool/main/x/xen/xen_4.20.3+127-gc42374a105.orig.tar.xz"
        size   = 4961352
        digest = "sha256:df0831854a55a8f31cb3cb85036f2edc928e2ef098d77f815f5714bfafac68f3"
      }
    }
  }
}

toolchain "base" {
  from = "debian"

  requested = [
    "bc",
    "bison",
    "bzip2",
    "flex",
    "gcc",
    "libc6-dev",
    "libelf-dev",
    "make",
    "musl-tools",
    "patch",
    "python3-minimal",
    "xz-utils",
  ]

  packages = [
    "base-files",
    "base-passwd",
    "bash",
    "bc",
    "binutils",
    "binutils-common",
    "binutils-x86-64-linux-gnu",
    "bison",
    "bsdutils",
    "bzip2",
    "coreutils",
    "cpp",
    "cpp-14",
    "cpp-14-x86-64-linux-gnu",
    "cpp-x86-64-linux-gnu",
    "dash",
    "debconf",
    "debianutils",
    "diffutils",
    "dpkg",
    "findutils",
    "flex",
    "gcc",
    "gcc-14",
    "gcc-14-base",
    "gcc-14-x86-64-linux-gnu",
    "gcc-x86-64-linux-gnu",
    "grep",
    "gzip",
    "hostname",
    "init-system-helpers",
    "libacl1",
    "libasan8",
    "libatomic1",
    "libattr1",
    "libaudit-common",
    "libaudit1",
    "libbinutils",
    "libblkid1",
    "libbz2-1.0",
    "libc-bin",
    "libc-dev-bin",
    "libc6",
    "libc6-dev",
    "libcap-ng0",
    "libcap2",
    "libcc1-0",
    "libcrypt-dev",
    "libcrypt1",
    "libctf-nobfd0",
    "libctf0",
    "libdb5.3t64",
    "libdebconfclient0",
    "libelf-dev",
    "libelf1t64",
    "libexpat1",
    "libgcc-14-dev",
    "libgcc-s1",
    "libgmp10",
    "libgomp1",
    "libgprofng0",
    "libhwasan0",
    "libisl23",
    "libitm1",
    "libjansson4",
    "liblastlog2-2",
    "liblsan0",
    "liblzma5",
    "libmd0",
    "libmount1",
    "libmpc3",
    "libmpfr6",
    "libpam-modules",
    "libpam-modules-bin",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libpython3.13-minimal",
    "libquadmath0",
    "libreadline8t64",
    "libselinux1",
    "libsframe1",
    "libsmartcols1",
    "libsqlite3-0",
    "libssl3t64",
    "libstdc++6",
    "libsystemd0",
    "libtinfo6",
    "libtsan2",
    "libubsan1",
    "libudev1",
    "libuuid1",
    "libzstd-dev",
    "libzstd1",
    "linux-libc-dev",
    "m4",
    "make",
    "mawk",
    "musl",
    "musl-dev",
    "musl-tools",
    "ncurses-base",
    "ncurses-bin",
    "openssl-provider-legacy",
    "patch",
    "perl-base",
    "python3-minimal",
    "python3.13-minimal",
    "readline-common",
    "rpcsvc-proto",
    "sed",
    "sysvinit-utils",
    "tar",
    "util-linux",
    "xz-utils",
    "zlib1g",
    "zlib1g-dev",
  ]
}

toolchain "pack" {
  from = "debian"

  requested = [
    "binutils",
    "grub-common",
    "grub-efi-amd64-bin",
    "grub-pc-bin",
    "mtools",
    "xorriso",
  ]

  packages = [
    "base-files",
    "base-passwd",
    "bash",
    "binutils",
    "binutils-common",
    "binutils-x86-64-linux-gnu",
    "bsdutils",
    "coreutils",
    "dash",
    "debconf",
    "debianutils",
    "diffutils",
    "dmsetup",
    "dpkg",
    "findutils",
    "gcc-14-base",
    "gettext-base",
    "grep",
    "grub-common",
    "grub-efi-amd64-bin",
    "grub-efi-amd64-unsigned",
    "grub-pc-bin",
    "gzip",
    "hostname",
    "init-system-helpers",
    "libacl1",
    "libattr1",
    "libaudit-common",
    "libaudit1",
    "libbinutils",
    "libblkid1",
    "libbrotli1",
    "libburn4t64",
    "libbz2-1.0",
    "libc-bin",
    "libc6",
    "libcap-ng0",
    "libcap2",
    "libcrypt1",
    "libctf-nobfd0",
    "libctf0",
    "libdb5.3t64",
    "libdebconfclient0",
    "libdevmapper1.02.1",
    "libefiboot1t64",
    "libefivar1t64",
    "libfreetype6",
    "libfuse3-4",
    "libgcc-s1",
    "libgmp10",
    "libgprofng0",
    "libisoburn1t64",
    "libisofs6t64",
    "libjansson4",
    "libjte2",
    "liblastlog2-2",
    "liblzma5",
    "libmd0",
    "libmount1",
    "libpam-modules",
    "libpam-modules-bin",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libpng16-16t64",
    "libreadline8t64",
    "libselinux1",
    "libsframe1",
    "libsmartcols1",
    "libsqlite3-0",
    "libssl3t64",
    "libstdc++6",
    "libsystemd0",
    "libtinfo6",
    "libudev1",
    "libuuid1",
    "libzstd1",
    "mawk",
    "mtools",
    "ncurses-base",
    "ncurses-bin",
    "openssl-provider-legacy",
    "perl-base",
    "readline-common",
    "sed",
    "sysvinit-utils",
    "tar",
    "util-linux",
    "xorriso",
    "zlib1g",
  ]
}

toolchain "toolstack" {
  from = "debian"

  requested = [
    "acpica-tools",
    "bison",
    "flex",
    "gcc",
    "libc6-dev",
    "libyajl-dev",
    "make",
    "pkgconf",
    "python3-minimal",
    "uuid-dev",
    "xz-utils",
    "zlib1g-dev",
  ]

  packages = [
    "acpica-tools",
    "base-files",
    "base-passwd",
    "bash",
    "binutils",
    "binutils-common",
    "binutils-x86-64-linux-gnu",
    "bison",
    "bsdutils",
    "coreutils",
    "cpp",
    "cpp-14",
    "cpp-14-x86-64-linux-gnu",
    "cpp-x86-64-linux-gnu",
    "dash",
    "debconf",
    "debianutils",
    "diffutils",
    "dpkg",
    "findutils",
    "flex",
    "gcc",
    "gcc-14",
    "gcc-14-base",
    "gcc-14-x86-64-linux-gnu",
    "gcc-x86-64-linux-gnu",
    "grep",
    "gzip",
    "hostname",
    "init-system-helpers",
    "libacl1",
    "libasan8",
    "libatomic1",
    "libattr1",
    "libaudit-common",
    "libaudit1",
    "libbinutils",
    "libblkid1",
    "libbz2-1.0",
    "libc-bin",
    "libc-dev-bin",
    "libc6",
    "libc6-dev",
    "libcap-ng0",
    "libcap2",
    "libcc1-0",
    "libcrypt-dev",
    "libcrypt1",
    "libctf-nobfd0",
    "libctf0",
    "libdb5.3t64",
    "libdebconfclient0",
    "libexpat1",
    "libgcc-14-dev",
    "libgcc-s1",
    "libgmp10",
    "libgomp1",
    "libgprofng0",
    "libhwasan0",
    "libisl23",
    "libitm1",
    "libjansson4",
    "liblastlog2-2",
    "liblsan0",
    "liblzma5",
    "libmd0",
    "libmount1",
    "libmpc3",
    "libmpfr6",
    "libpam-modules",
    "libpam-modules-bin",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libpkgconf3",
    "libpython3.13-minimal",
    "libquadmath0",
    "libselinux1",
    "libsframe1",
    "libsmartcols1",
    "libsqlite3-0",
    "libssl3t64",
    "libstdc++6",
    "libsystemd0",
    "libtinfo6",
    "libtsan2",
    "libubsan1",
    "libudev1",
    "libuuid1",
    "libyajl-dev",
    "libyajl2",
    "libzstd1",
    "linux-libc-dev",
    "m4",
    "make",
    "mawk",
    "ncurses-base",
    "ncurses-bin",
    "openssl-provider-legacy",
    "perl-base",
    "pkgconf",
    "pkgconf-bin",
    "python3-minimal",
    "python3.13-minimal",
    "rpcsvc-proto",
    "sed",
    "sysvinit-utils",
    "tar",
    "util-linux",
    "uuid-dev",
    "xz-utils",
    "zlib1g",
    "zlib1g-dev",
  ]
}

source "busybox" {
  from = "debian"
  dsc  = "busybox"
}

source "linux" {
  from = "debian"
  dsc  = "linux"
}

source "xen" {
  from = "debian"
  dsc  = "xen"
}
