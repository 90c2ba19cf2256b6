# Written by dombuild lock and checked to the byte: do not edit, change the recipe.

lock {
  version = 1
  recipe  = "sha256:e80e887b4401237d6c634860b3d3955be5ef8add1b73fcdef2fcbef38809d564"
}

distribution "debian" {
  name         = "debian"
  suite        = "bookworm"
  architecture = "amd64"
  components   = ["main"]

  vouched "inrelease" {
    date     = "2026-07-11T10:16:37Z"
    origin   = "Debian"
    suite    = "oldstable"
    codename = "bookworm"
    size     = 151075
    digest   = "sha256:77737fa4b34f2693e982cc9ee35736816c35a7778fc2d326cc1bbf5b301fe1aa"
    keyring  = "sha256:59a3c367b3a191f41bbe1160da8482d15d468f7a2528bbe37bc3cf8982e149ea"
    signers = [
      "04B54C3CDCA79751B16BC6B5225629DF75B188BD",
      "4D64FEC119C2029067D6E791F8D2585B8783D481",
      "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",
    ]

    index "main/binary-amd64/Packages.gz" {
      size   = 12084798
      digest = "sha256:6777ea16514725f9427f48c240d92e0a6b8496138e37a1491d8597e66774e309"
    }

    index "main/source/Sources.gz" {
      size   = 12729667
      digest = "sha256:c5a2379970764ac50e167f75909655c552602c1a4d7018c0907b3e30d8dc9de4"
    }

    deb "acpica-tools" {
      version      = "20200925-8"
      architecture = "amd64"
      filename     = "pool/main/a/acpica-unix/acpica-tools_20200925-8_amd64.deb"
      size         = 825040
      digest       = "sha256:1f80236e9af631b2a0ed50ae9bb74613d6970b844714aba33eb3710241494fb2"
    }

    deb "base-files" {
      version      = "12.4+deb12u15"
      architecture = "amd64"
      filename     = "pool/main/b/base-files/base-files_12.4+deb12u15_amd64.deb"
      size         = 70936
      digest       = "sha256:3eb1ea6d85488f488cc2a163b98ad640ef88cee4c79287cf14e361aaf6206f47"
    }

    deb "base-passwd" {
      version      = "3.6.1"
      architecture = "amd64"
      filename     = "pool/main/b/base-passwd/base-passwd_3.6.1_amd64.deb"
      size         = 59972
      digest       = "sha256:908ca1b35125f49125ae56945a72bc11ce0fcec85a8d980d10d83bb3a610f518"
    }

    deb "bash" {
      version      = "5.2.15-2+b13"
      architecture = "amd64"
      filename     = "pool/main/b/bash/bash_5.2.15-2+b13_amd64.deb"
      size         = 1490652
      digest       = "sha256:82130bb6a560cd2a7234d8018baf73f188f5dd56413d5aa0accc987b2197a6a1"
    }

    deb "bc" {
      version      = "1.07.1-3+b1"
      architecture = "amd64"
      filename     = "pool/main/b/bc/bc_1.07.1-3+b1_amd64.deb"
      size         = 109648
      digest       = "sha256:baaa4e935c5e3bcd57d4f2f4e7a1ddc67bd4eb8629d98f97a696548849ae01ac"
    }

    deb "binutils" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/binutils_2.40-2_amd64.deb"
      size         = 64980
      digest       = "sha256:83c3e20b53e1fbd84d764c3ba27d26a0376e361ae5d7fb37120196934dd87424"
    }

    deb "binutils-common" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/binutils-common_2.40-2_amd64.deb"
      size         = 2486664
      digest       = "sha256:ab314134f43a0891a48f69a9bc33d825da748fa5e0ba2bebb7a5c491b026f1a0"
    }

    deb "binutils-x86-64-linux-gnu" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/binutils-x86-64-linux-gnu_2.40-2_amd64.deb"
      size         = 2245848
      digest       = "sha256:2d7ea8a570d768224d7f2424abbe6f373d2154865a1fa7f56c80d43ecf492521"
    }

    deb "bison" {
      version      = "2:3.8.2+dfsg-1+b1"
      architecture = "amd64"
      filename     = "pool/main/b/bison/bison_3.8.2+dfsg-1+b1_amd64.deb"
      size         = 1174528
      digest       = "sha256:a414afd7519c53bfa33415ba5b951bc8b4906877004c49723ffda50a6033c3e8"
    }

    deb "bsdutils" {
      version      = "1:2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/bsdutils_2.38.1-5+deb12u3_amd64.deb"
      size         = 94412
      digest       = "sha256:6cae172b006a4603e710e046c3acba8d98d36748894cbe3eeda31d415fec331e"
    }

    deb "bzip2" {
      version      = "1.0.8-5+b1"
      architecture = "amd64"
      filename     = "pool/main/b/bzip2/bzip2_1.0.8-5+b1_amd64.deb"
      size         = 49804
      digest       = "sha256:438871b3f5c5c7a357a9840951dab9dab8db7eb1ff760a563226fafa111b99e5"
    }

    deb "coreutils" {
      version      = "9.1-1"
      architecture = "amd64"
      filename     = "pool/main/c/coreutils/coreutils_9.1-1_amd64.deb"
      size         = 2896560
      digest       = "sha256:61038f857e346e8500adf53a2a0a20859f4d3a3b51570cc876b153a2d51a3091"
    }

    deb "cpp" {
      version      = "4:12.2.0-3"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-defaults/cpp_12.2.0-3_amd64.deb"
      size         = 6836
      digest       = "sha256:a63db920f7aa1857a57beab185423deffb6111fa09437a99bbb4ef724fb7ba78"
    }

    deb "cpp-12" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/cpp-12_12.2.0-14+deb12u1_amd64.deb"
      size         = 9767788
      digest       = "sha256:fedbb98e877adde83c983c6071537ea25ac52b277ac6e4637d85025949ca1454"
    }

    deb "dash" {
      version      = "0.5.12-2"
      architecture = "amd64"
      filename     = "pool/main/d/dash/dash_0.5.12-2_amd64.deb"
      size         = 91848
      digest       = "sha256:33ea40061da2f1a861ec46212b2b6a34f0776a049b1a3f0abce2fb8cb994258f"
    }

    deb "debconf" {
      version      = "1.5.82"
      architecture = "all"
      filename     = "pool/main/d/debconf/debconf_1.5.82_all.deb"
      size         = 121212
      digest       = "sha256:74ab14194a3762b2fc717917dcfda42929ab98e3c59295a063344dc551cd7cc8"
    }

    deb "debianutils" {
      version      = "5.7-0.5~deb12u1"
      architecture = "amd64"
      filename     = "pool/main/d/debianutils/debianutils_5.7-0.5~deb12u1_amd64.deb"
      size         = 102588
      digest       = "sha256:55f951359670eb3236c9e2ccd5fac9ccb3db734f5a22aff21589e7a30aee48c9"
    }

    deb "diffutils" {
      version      = "1:3.8-4"
      architecture = "amd64"
      filename     = "pool/main/d/diffutils/diffutils_3.8-4_amd64.deb"
      size         = 351740
      digest       = "sha256:8bdfedc14c1035e3750e9f055ac9c1ecd9b5d05d9e6dc6466c4e9237eef407dd"
    }

    deb "dmsetup" {
      version      = "2:1.02.185-2"
      architecture = "amd64"
      filename     = "pool/main/l/lvm2/dmsetup_1.02.185-2_amd64.deb"
      size         = 82040
      digest       = "sha256:c73fc490b93c83550ed272de69ec96c5da30d4456b889f9e93c7fd8e53860b85"
    }

    deb "dpkg" {
      version      = "1.21.23"
      architecture = "amd64"
      filename     = "pool/main/d/dpkg/dpkg_1.21.23_amd64.deb"
      size         = 1567804
      digest       = "sha256:f89e9f8d1a4a50ade44be3ed59a6ec55460fce205d2f8520c5c492137c5b609b"
    }

    deb "findutils" {
      version      = "4.9.0-4"
      architecture = "amd64"
      filename     = "pool/main/f/findutils/findutils_4.9.0-4_amd64.deb"
      size         = 635500
      digest       = "sha256:5dd86bd0af4aa73f067dfd6b8339dd868f2dd84056aa79db29d1206d4fbc5e04"
    }

    deb "flex" {
      version      = "2.6.4-8.2"
      architecture = "amd64"
      filename     = "pool/main/f/flex/flex_2.6.4-8.2_amd64.deb"
      size         = 421580
      digest       = "sha256:da3fd55dbb6aff4f7b3187580813e0ef707d0c596402e37c8fd144df60003636"
    }

    deb "gcc" {
      version      = "4:12.2.0-3"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-defaults/gcc_12.2.0-3_amd64.deb"
      size         = 5216
      digest       = "sha256:bb63b0fb2797e2a3a294dab8a02614930c557ec1f4ea96637c244b8b5f87e630"
    }

    deb "gcc-12" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/gcc-12_12.2.0-14+deb12u1_amd64.deb"
      size         = 19268852
      digest       = "sha256:b46f33cc2ec245e435e043807038cecf4b201ef004800e9dfc1455240360e49d"
    }

    deb "gcc-12-base" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/gcc-12-base_12.2.0-14+deb12u1_amd64.deb"
      size         = 37596
      digest       = "sha256:1896a2aacf4ad681ff5eacc24a5b0ca4d5d9c9b9c9e4b6de5197bc1e116ea619"
    }

    deb "gettext-base" {
      version      = "0.21-12"
      architecture = "amd64"
      filename     = "pool/main/g/gettext/gettext-base_0.21-12_amd64.deb"
      size         = 160164
      digest       = "sha256:5cb39c7acc7125e677ec98d0426a987daf0ce062f749f2a9421b2511f6dd5ab7"
    }

    deb "grep" {
      version      = "3.8-5"
      architecture = "amd64"
      filename     = "pool/main/g/grep/grep_3.8-5_amd64.deb"
      size         = 421444
      digest       = "sha256:3264acea728df3c48a54f20e9291b965130e306b9d00adac76647049da7196df"
    }

    deb "grub-common" {
      version      = "2.06-13+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-common_2.06-13+deb12u2_amd64.deb"
      size         = 2719088
      digest       = "sha256:fa2a91e48bb85effb1d9e22e16d83774e6de0ae6167268e8150e76ae963ec671"
    }

    deb "grub-efi-amd64-bin" {
      version      = "2.06-13+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-efi-amd64-bin_2.06-13+deb12u2_amd64.deb"
      size         = 1577400
      digest       = "sha256:c04786d9f64fbf7cd181013266a8af52b463599cc54189915d03f1459e743135"
    }

    deb "grub-pc-bin" {
      version      = "2.06-13+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/g/grub2/grub-pc-bin_2.06-13+deb12u2_amd64.deb"
      size         = 1001508
      digest       = "sha256:db6aced5a89f02e10e150140b4df9621196f311c26203baf8558b4c6808e1298"
    }

    deb "gzip" {
      version      = "1.12-1"
      architecture = "amd64"
      filename     = "pool/main/g/gzip/gzip_1.12-1_amd64.deb"
      size         = 140364
      digest       = "sha256:eabec1dde2834f72540d7b93fc5df2625f52611c06d93d61f5cdb12480e0e6a3"
    }

    deb "hostname" {
      version      = "3.23+nmu1"
      architecture = "amd64"
      filename     = "pool/main/h/hostname/hostname_3.23+nmu1_amd64.deb"
      size         = 10500
      digest       = "sha256:17d9a2f3c05004499d80e180d2440fd716f84c32b65f09d96c9a024af4d1d0e7"
    }

    deb "init-system-helpers" {
      version      = "1.65.2+deb12u1"
      architecture = "all"
      filename     = "pool/main/i/init-system-helpers/init-system-helpers_1.65.2+deb12u1_all.deb"
      size         = 39020
      digest       = "sha256:afab482524c64e4e256eb5cab43c1a96dc493ec476d94f19f1a5ec3de5fa0fef"
    }

    deb "libacl1" {
      version      = "2.3.1-3"
      architecture = "amd64"
      filename     = "pool/main/a/acl/libacl1_2.3.1-3_amd64.deb"
      size         = 31488
      digest       = "sha256:8be9df5795114bfe90e2be3d208ef47a5edd3fc7b3e20d387a597486d444e5e2"
    }

    deb "libasan8" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libasan8_12.2.0-14+deb12u1_amd64.deb"
      size         = 2192652
      digest       = "sha256:e7ac5d797d7d438a130674a8e463530f06aa02ecf919ca054d75eaa2f7849ec7"
    }

    deb "libatomic1" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libatomic1_12.2.0-14+deb12u1_amd64.deb"
      size         = 9376
      digest       = "sha256:fbd4e154a6b444229ea002cc209df099209c0adc09102e5fd21239a3d2b55e2d"
    }

    deb "libattr1" {
      version      = "1:2.5.1-4"
      architecture = "amd64"
      filename     = "pool/main/a/attr/libattr1_2.5.1-4_amd64.deb"
      size         = 22164
      digest       = "sha256:c4945123d66d0503ba42e2fc0585abc76d0838978c6d277b9cc37a4da25d1a34"
    }

    deb "libaudit-common" {
      version      = "1:3.0.9-1"
      architecture = "all"
      filename     = "pool/main/a/audit/libaudit-common_3.0.9-1_all.deb"
      size         = 10448
      digest       = "sha256:17d0341ca6ce604ce59c296780ac2c2a24141a769823c50669af942c025e6591"
    }

    deb "libaudit1" {
      version      = "1:3.0.9-1"
      architecture = "amd64"
      filename     = "pool/main/a/audit/libaudit1_3.0.9-1_amd64.deb"
      size         = 46764
      digest       = "sha256:30954df4b5a7c505661ba8ae5e6ea94f5805e408899fb400783bb166eb5ff306"
    }

    deb "libbinutils" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libbinutils_2.40-2_amd64.deb"
      size         = 572104
      digest       = "sha256:fcf55b99e5f8a78f3c8ce9b6957f1024f394cf20c196b100d308a57e43547710"
    }

    deb "libblkid1" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libblkid1_2.38.1-5+deb12u3_amd64.deb"
      size         = 147380
      digest       = "sha256:5a083377f29191cafcdf0f91ec124349b4a7895b531556633a136e43c6d53943"
    }

    deb "libbrotli1" {
      version      = "1.0.9-2+b6"
      architecture = "amd64"
      filename     = "pool/main/b/brotli/libbrotli1_1.0.9-2+b6_amd64.deb"
      size         = 275248
      digest       = "sha256:563b4caec1aa5e876bd3355b36e7a38e1484baf5a293b48d1e8bd22db786e4d7"
    }

    deb "libburn4" {
      version      = "1.5.4-1"
      architecture = "amd64"
      filename     = "pool/main/libb/libburn/libburn4_1.5.4-1_amd64.deb"
      size         = 165664
      digest       = "sha256:55c516c9b770a889b74d0d472158ed342f0704b7493076f847abf64c251eafc3"
    }

    deb "libbz2-1.0" {
      version      = "1.0.8-5+b1"
      architecture = "amd64"
      filename     = "pool/main/b/bzip2/libbz2-1.0_1.0.8-5+b1_amd64.deb"
      size         = 47348
      digest       = "sha256:54149da3f44b22d523b26b692033b84503d822cc5122fed606ea69cc83ca5aeb"
    }

    deb "libc-bin" {
      version      = "2.36-9+deb12u14"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc-bin_2.36-9+deb12u14_amd64.deb"
      size         = 609144
      digest       = "sha256:e667401af91fad95f15b3ebd25d1abd8373fd18b00dc32219678413170544e84"
    }

    deb "libc-dev-bin" {
      version      = "2.36-9+deb12u14"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc-dev-bin_2.36-9+deb12u14_amd64.deb"
      size         = 48056
      digest       = "sha256:f61d923b703401023bec2ac3d9d1c9ad7341930fbe11736f7f5ef64b489d03c4"
    }

    deb "libc6" {
      version      = "2.36-9+deb12u14"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc6_2.36-9+deb12u14_amd64.deb"
      size         = 2759320
      digest       = "sha256:ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf"
    }

    deb "libc6-dev" {
      version      = "2.36-9+deb12u14"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc6-dev_2.36-9+deb12u14_amd64.deb"
      size         = 1903668
      digest       = "sha256:0218fc2befcd784c1b0c6292c0a137ce89fad054efaa579ad083bee0f2c01aae"
    }

    deb "libcap-ng0" {
      version      = "0.8.3-1+b3"
      architecture = "amd64"
      filename     = "pool/main/libc/libcap-ng/libcap-ng0_0.8.3-1+b3_amd64.deb"
      size         = 17068
      digest       = "sha256:b4b54769c77e4a71c8b33aee4d600ba28a9994a1c6f60d55d4ebe7fc44882e07"
    }

    deb "libcap2" {
      version      = "1:2.66-4+deb12u3+b1"
      architecture = "amd64"
      filename     = "pool/main/libc/libcap2/libcap2_2.66-4+deb12u3+b1_amd64.deb"
      size         = 27708
      digest       = "sha256:8d684c673e7483802a5c447834b0df6fce006eb3a7109e1be412f5ad425bb24f"
    }

    deb "libcc1-0" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libcc1-0_12.2.0-14+deb12u1_amd64.deb"
      size         = 41736
      digest       = "sha256:4ee6009633003f47de98333ea7f7d8835ec563ae2ac4f30251dbfee04d75d46b"
    }

    deb "libcom-err2" {
      version      = "1.47.0-2+b2"
      architecture = "amd64"
      filename     = "pool/main/e/e2fsprogs/libcom-err2_1.47.0-2+b2_amd64.deb"
      size         = 20044
      digest       = "sha256:a2bac7015e78fbc0c504df3e441f3a22292f1d2d77f9ccda760057f3690e22f2"
    }

    deb "libcrypt-dev" {
      version      = "1:4.4.33-2"
      architecture = "amd64"
      filename     = "pool/main/libx/libxcrypt/libcrypt-dev_4.4.33-2_amd64.deb"
      size         = 118144
      digest       = "sha256:81ccd29130f75a9e3adabc80e61921abff42f76761e1f792fa2d1bb69af7f52f"
    }

    deb "libcrypt1" {
      version      = "1:4.4.33-2"
      architecture = "amd64"
      filename     = "pool/main/libx/libxcrypt/libcrypt1_4.4.33-2_amd64.deb"
      size         = 89464
      digest       = "sha256:f5f60a5cdfd4e4eaa9438ade5078a57741a7a78d659fcb0c701204f523e8bd29"
    }

    deb "libctf-nobfd0" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libctf-nobfd0_2.40-2_amd64.deb"
      size         = 153384
      digest       = "sha256:ef1dfcf22de41ea90ebd3d505447ccccd999e96b85aa777a1d7d981dc3b347aa"
    }

    deb "libctf0" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libctf0_2.40-2_amd64.deb"
      size         = 89796
      digest       = "sha256:3fb7b6f326be3fae4a87a3d33b9269bd06c1e4346a24bd737f265067e3b7427f"
    }

    deb "libdb5.3" {
      version      = "5.3.28+dfsg2-1"
      architecture = "amd64"
      filename     = "pool/main/d/db5.3/libdb5.3_5.3.28+dfsg2-1_amd64.deb"
      size         = 697412
      digest       = "sha256:7dc5127b8dd0da80e992ba594954c005ae4359d839a24eb65d0d8129b5235c84"
    }

    deb "libdebconfclient0" {
      version      = "0.270"
      architecture = "amd64"
      filename     = "pool/main/c/cdebconf/libdebconfclient0_0.270_amd64.deb"
      size         = 9900
      digest       = "sha256:7d2b2b700bae0ba67a13655fabba6a98da3f6ce7dee43d1ee0ac433b7ca1d947"
    }

    deb "libdevmapper1.02.1" {
      version      = "2:1.02.185-2"
      architecture = "amd64"
      filename     = "pool/main/l/lvm2/libdevmapper1.02.1_1.02.185-2_amd64.deb"
      size         = 132796
      digest       = "sha256:aaa78ca236055fedccf637eacf7bda02bf1980b2db668dccd202b04d0d2cfe04"
    }

    deb "libefiboot1" {
      version      = "37-6"
      architecture = "amd64"
      filename     = "pool/main/e/efivar/libefiboot1_37-6_amd64.deb"
      size         = 44104
      digest       = "sha256:ca79e849a65dae2ec2eaefd9e7c1dff717464a7cf029e1d109cbea7d43ef9a48"
    }

    deb "libefivar1" {
      version      = "37-6"
      architecture = "amd64"
      filename     = "pool/main/e/efivar/libefivar1_37-6_amd64.deb"
      size         = 50024
      digest       = "sha256:2abb5ccbd287049da2eca79c34ef9d68923ae6c73366ce7c7d65f084588dc2c2"
    }

    deb "libelf-dev" {
      version      = "0.188-2.1"
      architecture = "amd64"
      filename     = "pool/main/e/elfutils/libelf-dev_0.188-2.1_amd64.deb"
      size         = 72908
      digest       = "sha256:79cb66b55021bd0130308369524bac5240d0b5463cb252cd44be6a1500fdebec"
    }

    deb "libelf1" {
      version      = "0.188-2.1"
      architecture = "amd64"
      filename     = "pool/main/e/elfutils/libelf1_0.188-2.1_amd64.deb"
      size         = 173796
      digest       = "sha256:619add379c606b3ac6c1a175853b918e6939598a83d8ebadf3bdfd50d10b3c8c"
    }

    deb "libexpat1" {
      version      = "2.5.0-1+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/e/expat/libexpat1_2.5.0-1+deb12u2_amd64.deb"
      size         = 99888
      digest       = "sha256:2255e62fc22a86d2c544b8a3f516da9aee19383ad5742722ab4ce7f66a30dbc8"
    }

    deb "libfile-find-rule-perl" {
      version      = "0.34-4~deb12u1"
      architecture = "all"
      filename     = "pool/main/libf/libfile-find-rule-perl/libfile-find-rule-perl_0.34-4~deb12u1_all.deb"
      size         = 26736
      digest       = "sha256:d941143c65e47eff192195ed1b8367d3d74e5a0de668fc5ae9d787383ec48c23"
    }

    deb "libfreetype6" {
      version      = "2.12.1+dfsg-5+deb12u4"
      architecture = "amd64"
      filename     = "pool/main/f/freetype/libfreetype6_2.12.1+dfsg-5+deb12u4_amd64.deb"
      size         = 397736
      digest       = "sha256:8043e479f73f29992d652e3f9dfe8b17f9780c7ea6330afe379ec5f9f188ac44"
    }

    deb "libfuse2" {
      version      = "2.9.9-6+b1"
      architecture = "amd64"
      filename     = "pool/main/f/fuse/libfuse2_2.9.9-6+b1_amd64.deb"
      size         = 118668
      digest       = "sha256:df32b8f65d819f854e096896890d6ad632b6e520977bb120bb3143b4c66e2fcd"
    }

    deb "libgcc-12-dev" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libgcc-12-dev_12.2.0-14+deb12u1_amd64.deb"
      size         = 2437204
      digest       = "sha256:d720259380a84f2ffc6fe516eff5cbe9c8a005138e8d6a5748747ba4b3404a82"
    }

    deb "libgcc-s1" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libgcc-s1_12.2.0-14+deb12u1_amd64.deb"
      size         = 49856
      digest       = "sha256:3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7"
    }

    deb "libgcrypt20" {
      version      = "1.10.1-3+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/libg/libgcrypt20/libgcrypt20_1.10.1-3+deb12u1_amd64.deb"
      size         = 696204
      digest       = "sha256:e7a56552139c693904a6f9712234c05fe918353273a7cbdb5e62f423ad71bb97"
    }

    deb "libgdbm-compat4" {
      version      = "1.23-3"
      architecture = "amd64"
      filename     = "pool/main/g/gdbm/libgdbm-compat4_1.23-3_amd64.deb"
      size         = 48156
      digest       = "sha256:4af36a590b68d415a78d9238b932b6a4579f515ec8a8016597498acff5b515a4"
    }

    deb "libgdbm6" {
      version      = "1.23-3"
      architecture = "amd64"
      filename     = "pool/main/g/gdbm/libgdbm6_1.23-3_amd64.deb"
      size         = 72248
      digest       = "sha256:95fe4a1336532450e67bd067892f46eaa484139919ea8d067a9ffcbf5a4bf883"
    }

    deb "libgmp10" {
      version      = "2:6.2.1+dfsg1-1.1"
      architecture = "amd64"
      filename     = "pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb"
      size         = 562588
      digest       = "sha256:187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd"
    }

    deb "libgomp1" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libgomp1_12.2.0-14+deb12u1_amd64.deb"
      size         = 115772
      digest       = "sha256:48fec46bda7f5b1638b9e959889bfbc20491247d402d120bb152687eb48143d7"
    }

    deb "libgpg-error0" {
      version      = "1.46-1"
      architecture = "amd64"
      filename     = "pool/main/libg/libgpg-error/libgpg-error0_1.46-1_amd64.deb"
      size         = 76888
      digest       = "sha256:89944ee11d7370ce6ef46fc52f094c4a6512eff8943ec4c6ebefeae6360ceada"
    }

    deb "libgprofng0" {
      version      = "2.40-2"
      architecture = "amd64"
      filename     = "pool/main/b/binutils/libgprofng0_2.40-2_amd64.deb"
      size         = 812120
      digest       = "sha256:a3c4092d84f19d13caf90f3c96eec53db8819f0e3a5247434944d71ed75fa53d"
    }

    deb "libgssapi-krb5-2" {
      version      = "1.20.1-2+deb12u5"
      architecture = "amd64"
      filename     = "pool/main/k/krb5/libgssapi-krb5-2_1.20.1-2+deb12u5_amd64.deb"
      size         = 135168
      digest       = "sha256:d8b87aea91b956b416c01a28c44ff6228315ae3b73de40acddac3dc5043607d2"
    }

    deb "libisl23" {
      version      = "0.25-1.1"
      architecture = "amd64"
      filename     = "pool/main/i/isl/libisl23_0.25-1.1_amd64.deb"
      size         = 683060
      digest       = "sha256:ebff0b2f8b220c74224197523019366e97ee4770d464bebc48e4865114e4da0e"
    }

    deb "libisoburn1" {
      version      = "1.5.4-4"
      architecture = "amd64"
      filename     = "pool/main/libi/libisoburn/libisoburn1_1.5.4-4_amd64.deb"
      size         = 400892
      digest       = "sha256:32bd9f96b2c29700f6ab5848674a4439eda37b1e353c99d89e4afc996b01fb53"
    }

    deb "libisofs6" {
      version      = "1.5.4-1"
      architecture = "amd64"
      filename     = "pool/main/libi/libisofs/libisofs6_1.5.4-1_amd64.deb"
      size         = 209232
      digest       = "sha256:c3786ebd1340a70d7c91bb489310e33aa48f1a33b219013b9dd44e417961cc7f"
    }

    deb "libitm1" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libitm1_12.2.0-14+deb12u1_amd64.deb"
      size         = 26140
      digest       = "sha256:0ed5b35dfd1346cccbf065408ec789db6c44c1d0a16ae84533411dea09632979"
    }

    deb "libjansson4" {
      version      = "2.14-2"
      architecture = "amd64"
      filename     = "pool/main/j/jansson/libjansson4_2.14-2_amd64.deb"
      size         = 40788
      digest       = "sha256:3fc9742f9f1a37bcb9931df6074b4d1483419ef832ad5349f47323e75fc27864"
    }

    deb "libjte2" {
      version      = "1.22-3"
      architecture = "amd64"
      filename     = "pool/main/j/jigit/libjte2_1.22-3_amd64.deb"
      size         = 30000
      digest       = "sha256:233b22e3465d909284f6a81621ea3cb985e477a46da079e527cfbb19720c59a2"
    }

    deb "libk5crypto3" {
      version      = "1.20.1-2+deb12u5"
      architecture = "amd64"
      filename     = "pool/main/k/krb5/libk5crypto3_1.20.1-2+deb12u5_amd64.deb"
      size         = 79712
      digest       = "sha256:7b6e47d15c5c9cdcd456137533d8308aeba608a54cec73b28bd59bfc4b54cf06"
    }

    deb "libkeyutils1" {
      version      = "1.6.3-2"
      architecture = "amd64"
      filename     = "pool/main/k/keyutils/libkeyutils1_1.6.3-2_amd64.deb"
      size         = 8808
      digest       = "sha256:cfac89e6a7a54ff3c6a4f843310e25efeddaa771baeae470bd98bd588c373563"
    }

    deb "libkrb5-3" {
      version      = "1.20.1-2+deb12u5"
      architecture = "amd64"
      filename     = "pool/main/k/krb5/libkrb5-3_1.20.1-2+deb12u5_amd64.deb"
      size         = 332280
      digest       = "sha256:c90801be09701af221b54dd502a59cb378b7284ff31e480738baca317d2f7653"
    }

    deb "libkrb5support0" {
      version      = "1.20.1-2+deb12u5"
      architecture = "amd64"
      filename     = "pool/main/k/krb5/libkrb5support0_1.20.1-2+deb12u5_amd64.deb"
      size         = 33212
      digest       = "sha256:8b9c05f2d8d461a10d657b118f572af5bf8fd6c8f93dcef81e852c5ab0f428ab"
    }

    deb "liblsan0" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/liblsan0_12.2.0-14+deb12u1_amd64.deb"
      size         = 969300
      digest       = "sha256:d234ab339c0ba31a4fb44e2334cf5a8d15b87f2c2f9e74fadfaa877f92dcf22a"
    }

    deb "liblz4-1" {
      version      = "1.9.4-1"
      architecture = "amd64"
      filename     = "pool/main/l/lz4/liblz4-1_1.9.4-1_amd64.deb"
      size         = 62884
      digest       = "sha256:64cde86cef1deaf828bd60297839b59710b5cd8dc50efd4f12643caaee9389d3"
    }

    deb "liblzma5" {
      version      = "5.4.1-1+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/x/xz-utils/liblzma5_5.4.1-1+deb12u1_amd64.deb"
      size         = 205732
      digest       = "sha256:f96d8876b53ec89d76a992bc199679b818cf518225a768954d9451fb556a4eb7"
    }

    deb "libmd0" {
      version      = "1.0.4-2"
      architecture = "amd64"
      filename     = "pool/main/libm/libmd/libmd0_1.0.4-2_amd64.deb"
      size         = 29456
      digest       = "sha256:03539fd30c509e27101d13a56e52eda9062bdf1aefe337c07ab56def25a13eab"
    }

    deb "libmount1" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libmount1_2.38.1-5+deb12u3_amd64.deb"
      size         = 165732
      digest       = "sha256:f46e2d6b006951825adde9757790b6609d7c66c7700f9b68f3db913eaac323c3"
    }

    deb "libmpc3" {
      version      = "1.3.1-1"
      architecture = "amd64"
      filename     = "pool/main/m/mpclib3/libmpc3_1.3.1-1_amd64.deb"
      size         = 51480
      digest       = "sha256:d7f79544790e44f9b0c8cb9034a18c58d37f8702a15f32539050718679e52f80"
    }

    deb "libmpfr6" {
      version      = "4.2.0-1"
      architecture = "amd64"
      filename     = "pool/main/m/mpfr4/libmpfr6_4.2.0-1_amd64.deb"
      size         = 700900
      digest       = "sha256:37b7a2b4e78890b6a074777f27b96c84f58e81558ba08410c2b6c0ca4a4ad77b"
    }

    deb "libnsl-dev" {
      version      = "1.3.0-2"
      architecture = "amd64"
      filename     = "pool/main/libn/libnsl/libnsl-dev_1.3.0-2_amd64.deb"
      size         = 66436
      digest       = "sha256:bb81a188c119cd7fdebae723cbc95887b6c549b2fe4fb7e268a9c8846444da99"
    }

    deb "libnsl2" {
      version      = "1.3.0-2"
      architecture = "amd64"
      filename     = "pool/main/libn/libnsl/libnsl2_1.3.0-2_amd64.deb"
      size         = 39480
      digest       = "sha256:c0d83437fdb016cb289436f49f28a36be44b3e8f1f2498c7e3a095f709c0d6f8"
    }

    deb "libnumber-compare-perl" {
      version      = "0.03-3"
      architecture = "all"
      filename     = "pool/main/libn/libnumber-compare-perl/libnumber-compare-perl_0.03-3_all.deb"
      size         = 6332
      digest       = "sha256:cf95662e27037d92c582647400bb1ca7a6dfd2eb26eee5b968b23263cd4976dc"
    }

    deb "libpam-modules" {
      version      = "1.5.2-6+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/p/pam/libpam-modules_1.5.2-6+deb12u2_amd64.deb"
      size         = 291056
      digest       = "sha256:19fb4838168e68bc15a5606070f14b1162bb34a3899686913f5d661f1707f483"
    }

    deb "libpam-modules-bin" {
      version      = "1.5.2-6+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/p/pam/libpam-modules-bin_1.5.2-6+deb12u2_amd64.deb"
      size         = 75676
      digest       = "sha256:e7b1f6c60a51398920c5da792016161a65bf1c7caaa64140dd2099176ed51280"
    }

    deb "libpam-runtime" {
      version      = "1.5.2-6+deb12u2"
      architecture = "all"
      filename     = "pool/main/p/pam/libpam-runtime_1.5.2-6+deb12u2_all.deb"
      size         = 160936
      digest       = "sha256:7a4f26d54c1e3ee8c68095f9d9013d13dd89a33ff78ef87330d21f21235fc278"
    }

    deb "libpam0g" {
      version      = "1.5.2-6+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/p/pam/libpam0g_1.5.2-6+deb12u2_amd64.deb"
      size         = 92060
      digest       = "sha256:a06f889caf9e97ccf04dedec0905573916bc6ec3366ade2c6ef8900047fd5cc1"
    }

    deb "libpcre2-8-0" {
      version      = "10.42-1"
      architecture = "amd64"
      filename     = "pool/main/p/pcre2/libpcre2-8-0_10.42-1_amd64.deb"
      size         = 260776
      digest       = "sha256:030db54f4d76cdfe2bf0e8eb5f9efea0233ab3c7aa942d672c7b63b52dbaf935"
    }

    deb "libperl5.36" {
      version      = "5.36.0-7+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/p/perl/libperl5.36_5.36.0-7+deb12u3_amd64.deb"
      size         = 4195924
      digest       = "sha256:591903643119c7e1735011369287976eccab1d79b1d2f210760e2138d0a3aa46"
    }

    deb "libpkgconf3" {
      version      = "1.8.1-1"
      architecture = "amd64"
      filename     = "pool/main/p/pkgconf/libpkgconf3_1.8.1-1_amd64.deb"
      size         = 36084
      digest       = "sha256:da01fb901123ae498c36387a32240e09e1f2866810146c5a574273f7eaf31093"
    }

    deb "libpng16-16" {
      version      = "1.6.39-2+deb12u5"
      architecture = "amd64"
      filename     = "pool/main/libp/libpng1.6/libpng16-16_1.6.39-2+deb12u5_amd64.deb"
      size         = 276660
      digest       = "sha256:a56d64bfaa9da12aafb83347909e62e6fd5fd251e6b34c194065911a30359978"
    }

    deb "libpython3.11-minimal" {
      version      = "3.11.2-6+deb12u8"
      architecture = "amd64"
      filename     = "pool/main/p/python3.11/libpython3.11-minimal_3.11.2-6+deb12u8_amd64.deb"
      size         = 817740
      digest       = "sha256:f3beaa03994ffedacf73c43a0843d53b062d347115d8af65bee2034552a4e6f9"
    }

    deb "libquadmath0" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libquadmath0_12.2.0-14+deb12u1_amd64.deb"
      size         = 144616
      digest       = "sha256:3f0c9a4c730da2fdab001cae596625438598fd2996d29d888feeb4c1cdc9011f"
    }

    deb "libreadline8" {
      version      = "8.2-1.3"
      architecture = "amd64"
      filename     = "pool/main/r/readline/libreadline8_8.2-1.3_amd64.deb"
      size         = 165760
      digest       = "sha256:e02ebbd3701cf468dbf98d6d917fbe0325e881f07fe8b316150c8d2a64486e66"
    }

    deb "libselinux1" {
      version      = "3.4-1+b6"
      architecture = "amd64"
      filename     = "pool/main/libs/libselinux/libselinux1_3.4-1+b6_amd64.deb"
      size         = 73720
      digest       = "sha256:2b07f5287b9105f40158b56e4d70cc1652dac56a408f3507b4ab3d061eed425f"
    }

    deb "libsmartcols1" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libsmartcols1_2.38.1-5+deb12u3_amd64.deb"
      size         = 106776
      digest       = "sha256:84088c6895fc07538fc51624899f3f71835188e0d38ebc3812097ac13da523b0"
    }

    deb "libssl3" {
      version      = "3.0.20-1~deb12u2"
      architecture = "amd64"
      filename     = "pool/main/o/openssl/libssl3_3.0.20-1~deb12u2_amd64.deb"
      size         = 2036016
      digest       = "sha256:89be24b41bff568ee6e7caf5680a3d808e80315ed92e407056ce0fa7a5bda025"
    }

    deb "libstdc++6" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libstdc++6_12.2.0-14+deb12u1_amd64.deb"
      size         = 612604
      digest       = "sha256:5cd3171216d4ab0fc911cfe9c35509bf2dd8f47761c43b7f6a4296701551a24d"
    }

    deb "libsystemd0" {
      version      = "252.39-1~deb12u2"
      architecture = "amd64"
      filename     = "pool/main/s/systemd/libsystemd0_252.39-1~deb12u2_amd64.deb"
      size         = 332372
      digest       = "sha256:013c07514a9e4933b2d5c098018695a6aa42d085dbc483ce2c094a954c8a1b0a"
    }

    deb "libtext-glob-perl" {
      version      = "0.11-3"
      architecture = "all"
      filename     = "pool/main/libt/libtext-glob-perl/libtext-glob-perl_0.11-3_all.deb"
      size         = 7676
      digest       = "sha256:b0f1a40c5b26f4e4c83a4f8e1768fcf50ae9aac84b7f807ccb38123b50396f64"
    }

    deb "libtinfo6" {
      version      = "6.4-4"
      architecture = "amd64"
      filename     = "pool/main/n/ncurses/libtinfo6_6.4-4_amd64.deb"
      size         = 331352
      digest       = "sha256:072d908f38f51090ca28ca5afa3b46b2957dc61fe35094c0b851426859a49a51"
    }

    deb "libtirpc-common" {
      version      = "1.3.3+ds-1"
      architecture = "all"
      filename     = "pool/main/libt/libtirpc/libtirpc-common_1.3.3+ds-1_all.deb"
      size         = 14048
      digest       = "sha256:3e3ef129b4bf61513144236e15e1b4ec57fa5ae3dc8a72137abdbefb7a63af85"
    }

    deb "libtirpc-dev" {
      version      = "1.3.3+ds-1"
      architecture = "amd64"
      filename     = "pool/main/libt/libtirpc/libtirpc-dev_1.3.3+ds-1_amd64.deb"
      size         = 191428
      digest       = "sha256:03326473eed54ffa27efae19aa5d6aeb402930968f869f318445513093691d55"
    }

    deb "libtirpc3" {
      version      = "1.3.3+ds-1"
      architecture = "amd64"
      filename     = "pool/main/libt/libtirpc/libtirpc3_1.3.3+ds-1_amd64.deb"
      size         = 85192
      digest       = "sha256:2a46d5a5e9486da11ffeff5740931740d6deae4f92cd6098df060dc5dff1e1c7"
    }

    deb "libtsan2" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libtsan2_12.2.0-14+deb12u1_amd64.deb"
      size         = 2196972
      digest       = "sha256:06906663d644a75a1a836382ecd80b61461129c06f02935ce408b25809f6c958"
    }

    deb "libubsan1" {
      version      = "12.2.0-14+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/g/gcc-12/libubsan1_12.2.0-14+deb12u1_amd64.deb"
      size         = 883056
      digest       = "sha256:744f52adf00ffd45d44806b1c7e802a36bd27e479c9bc8457128fde357faa530"
    }

    deb "libudev1" {
      version      = "252.39-1~deb12u2"
      architecture = "amd64"
      filename     = "pool/main/s/systemd/libudev1_252.39-1~deb12u2_amd64.deb"
      size         = 108880
      digest       = "sha256:6f7e08f11c4809d2e5998c775f7b423ab5ec2ce0309494b4a2615037052245e2"
    }

    deb "libuuid1" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/libuuid1_2.38.1-5+deb12u3_amd64.deb"
      size         = 28784
      digest       = "sha256:5fff398321da62d28a842bcbabd193d72ae21724962c029dc32b1dc6b2deaeaf"
    }

    deb "libyajl-dev" {
      version      = "2.1.0-3+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/y/yajl/libyajl-dev_2.1.0-3+deb12u2_amd64.deb"
      size         = 31584
      digest       = "sha256:cf3f28ad4903a5737bdf3f3b8c8a12736942c259795adc47ac8abaefdb3be7d4"
    }

    deb "libyajl2" {
      version      = "2.1.0-3+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/y/yajl/libyajl2_2.1.0-3+deb12u2_amd64.deb"
      size         = 22960
      digest       = "sha256:b512a6efbe735e7c731185a1b3ea477ff306f0c3f6aa2970e85b12f01fe8063b"
    }

    deb "libzstd1" {
      version      = "1.5.4+dfsg2-5"
      architecture = "amd64"
      filename     = "pool/main/libz/libzstd/libzstd1_1.5.4+dfsg2-5_amd64.deb"
      size         = 290036
      digest       = "sha256:6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa"
    }

    deb "linux-libc-dev" {
      version      = "6.1.176-1"
      architecture = "amd64"
      filename     = "pool/main/l/linux/linux-libc-dev_6.1.176-1_amd64.deb"
      size         = 2303828
      digest       = "sha256:8bb258735b9dffbb111da778ebdd024750878e435ffd9dfcadcb6762ede6b4cf"
    }

    deb "login" {
      version      = "1:4.13+dfsg1-1+deb12u2"
      architecture = "amd64"
      filename     = "pool/main/s/shadow/login_4.13+dfsg1-1+deb12u2_amd64.deb"
      size         = 616084
      digest       = "sha256:f1cc45bf505a8457340dc3c36f3a01a1835aaf564d73d9d394afb8ccfb6595a0"
    }

    deb "m4" {
      version      = "1.4.19-3"
      architecture = "amd64"
      filename     = "pool/main/m/m4/m4_1.4.19-3_amd64.deb"
      size         = 286836
      digest       = "sha256:b2dd7bfca426712416e651bb5ff6dabe7d05e4caebbac61d714dbe261b31e4c3"
    }

    deb "make" {
      version      = "4.3-4.1"
      architecture = "amd64"
      filename     = "pool/main/m/make-dfsg/make_4.3-4.1_amd64.deb"
      size         = 395632
      digest       = "sha256:a1a83af8cbd854af887b72ad196b1f4af58387815e21ced1000253a116a46e2a"
    }

    deb "mawk" {
      version      = "1.3.4.20200120-3.1"
      architecture = "amd64"
      filename     = "pool/main/m/mawk/mawk_1.3.4.20200120-3.1_amd64.deb"
      size         = 119144
      digest       = "sha256:bcbc83f391854ea9d50ce2a4101aacf330de3b8b71d81a798faadba14a157f78"
    }

    deb "mtools" {
      version      = "4.0.33-1+really4.0.32-1"
      architecture = "amd64"
      filename     = "pool/main/m/mtools/mtools_4.0.33-1+really4.0.32-1_amd64.deb"
      size         = 201972
      digest       = "sha256:972e0857ff43dbfc4c9255844c97b5d2cb0287720216d04c95b4e7fa483aec99"
    }

    deb "musl" {
      version      = "1.2.3-1"
      architecture = "amd64"
      filename     = "pool/main/m/musl/musl_1.2.3-1_amd64.deb"
      size         = 406200
      digest       = "sha256:4fc1e3d9b579f5c682ca99a4d45aec08d72a2e6b82b4c2e1bbcb7095466ae96d"
    }

    deb "musl-dev" {
      version      = "1.2.3-1"
      architecture = "amd64"
      filename     = "pool/main/m/musl/musl-dev_1.2.3-1_amd64.deb"
      size         = 587336
      digest       = "sha256:7c34f29a0c1aa12f6da1d25ed6de6fe6bbd9e048ee76b3dcb88c5e51fb65507f"
    }

    deb "musl-tools" {
      version      = "1.2.3-1"
      architecture = "amd64"
      filename     = "pool/main/m/musl/musl-tools_1.2.3-1_amd64.deb"
      size         = 42260
      digest       = "sha256:84f03a8373746858357a8341af823d1d1e7d1afb4e63459a73e8f6b9246291fe"
    }

    deb "ncurses-base" {
      version      = "6.4-4"
      architecture = "all"
      filename     = "pool/main/n/ncurses/ncurses-base_6.4-4_all.deb"
      size         = 261308
      digest       = "sha256:bfd1d89f833c09a28b062ee916495cf69649ca2bf529532476c7b69d75d24909"
    }

    deb "ncurses-bin" {
      version      = "6.4-4"
      architecture = "amd64"
      filename     = "pool/main/n/ncurses/ncurses-bin_6.4-4_amd64.deb"
      size         = 421400
      digest       = "sha256:396d6e453aee6d71b7141f0bfb333a6c08a44c64f77632bdf52894ccd123db46"
    }

    deb "patch" {
      version      = "2.7.6-7"
      architecture = "amd64"
      filename     = "pool/main/p/patch/patch_2.7.6-7_amd64.deb"
      size         = 127848
      digest       = "sha256:8c6d49b771530dbe26d7bd060582dc7d2b4eeb603a20789debc1ef4bbbc4ef67"
    }

    deb "perl" {
      version      = "5.36.0-7+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/p/perl/perl_5.36.0-7+deb12u3_amd64.deb"
      size         = 238900
      digest       = "sha256:afa50ec7d9b1a407cd0187dae033644ef13578d4f3792435e0c41b962ffec0c4"
    }

    deb "perl-base" {
      version      = "5.36.0-7+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/p/perl/perl-base_5.36.0-7+deb12u3_amd64.deb"
      size         = 1607712
      digest       = "sha256:8ec874926e211807cde71e1b0a2311d2534ab3539dffcb2c8553633f542efc1a"
    }

    deb "perl-modules-5.36" {
      version      = "5.36.0-7+deb12u3"
      architecture = "all"
      filename     = "pool/main/p/perl/perl-modules-5.36_5.36.0-7+deb12u3_all.deb"
      size         = 2815332
      digest       = "sha256:3d237ccb1ea32727b6573d43c67d78337aa928a81148d36cef54b369a07c240a"
    }

    deb "pkgconf" {
      version      = "1.8.1-1"
      architecture = "amd64"
      filename     = "pool/main/p/pkgconf/pkgconf_1.8.1-1_amd64.deb"
      size         = 25892
      digest       = "sha256:4e3ce982b5fedc6c6119268435504a64f5ffcc6d93aaecaea902d816eba1215f"
    }

    deb "pkgconf-bin" {
      version      = "1.8.1-1"
      architecture = "amd64"
      filename     = "pool/main/p/pkgconf/pkgconf-bin_1.8.1-1_amd64.deb"
      size         = 29472
      digest       = "sha256:8fb5a8f83e46ad04b4cf02651ceec56c0611a335cf0d30780d859a95d0400174"
    }

    deb "python3-minimal" {
      version      = "3.11.2-1+b1"
      architecture = "amd64"
      filename     = "pool/main/p/python3-defaults/python3-minimal_3.11.2-1+b1_amd64.deb"
      size         = 26312
      digest       = "sha256:30f9618670e686d781afbfc713eb0830c29d2819e9cb2a0488800dad6bb99faa"
    }

    deb "python3.11-minimal" {
      version      = "3.11.2-6+deb12u8"
      architecture = "amd64"
      filename     = "pool/main/p/python3.11/python3.11-minimal_3.11.2-6+deb12u8_amd64.deb"
      size         = 2064968
      digest       = "sha256:4aba533f7cc5e7b93b7ff24482840e96813f5bcde9cce028395b65a0d799ccee"
    }

    deb "readline-common" {
      version      = "8.2-1.3"
      architecture = "all"
      filename     = "pool/main/r/readline/readline-common_8.2-1.3_all.deb"
      size         = 68988
      digest       = "sha256:69317523fe56429aa361545416ad339d138c1500e5a604856a80dd9074b4e35c"
    }

    deb "rpcsvc-proto" {
      version      = "1.4.3-1"
      architecture = "amd64"
      filename     = "pool/main/r/rpcsvc-proto/rpcsvc-proto_1.4.3-1_amd64.deb"
      size         = 63268
      digest       = "sha256:32ac0692694f8a34cc90c895f4fc739680fb2ef0e2d4870a68833682bf1c81a3"
    }

    deb "sed" {
      version      = "4.9-1+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/s/sed/sed_4.9-1+deb12u1_amd64.deb"
      size         = 329092
      digest       = "sha256:fd557efeee8aae4619c2cb7f68aadccb804322ad4a99ab048aaae5901d253885"
    }

    deb "sysvinit-utils" {
      version      = "3.06-4"
      architecture = "amd64"
      filename     = "pool/main/s/sysvinit/sysvinit-utils_3.06-4_amd64.deb"
      size         = 30996
      digest       = "sha256:11790842108768ec52432ea22e7b4f057232813b7c27ef6dfe1aba776a5cb90e"
    }

    deb "tar" {
      version      = "1.34+dfsg-1.2+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/t/tar/tar_1.34+dfsg-1.2+deb12u1_amd64.deb"
      size         = 836288
      digest       = "sha256:24fb92e98c2969171f81a8b589263d705f6b1670f95d121cd74c810d4605acc3"
    }

    deb "usrmerge" {
      version      = "37~deb12u1"
      architecture = "all"
      filename     = "pool/main/u/usrmerge/usrmerge_37~deb12u1_all.deb"
      size         = 13336
      digest       = "sha256:8a25318213244f075b56363408c87a519ed8cef24b270c3d045ef35d695de13a"
    }

    deb "util-linux" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/util-linux_2.38.1-5+deb12u3_amd64.deb"
      size         = 1177276
      digest       = "sha256:8eb241ff24b2e1ee9c0373f4fc9bc728b85bf5966c1496154df7da01c0e42f34"
    }

    deb "util-linux-extra" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/util-linux-extra_2.38.1-5+deb12u3_amd64.deb"
      size         = 110728
      digest       = "sha256:b097a68c68e5c47a18e82678729dd9986782cf1d439f53beafad6f6dd3e6d688"
    }

    deb "uuid-dev" {
      version      = "2.38.1-5+deb12u3"
      architecture = "amd64"
      filename     = "pool/main/u/util-linux/uuid-dev_2.38.1-5+deb12u3_amd64.deb"
      size         = 39972
      digest       = "sha256:d66c5719adc05b6f5cbac926e093846c865f0b1a2095e6d781df8a7ce1f34cbf"
    }

    deb "xorriso" {
      version      = "1.5.4-4"
      architecture = "amd64"
      filename     = "pool/main/libi/libisoburn/xorriso_1.5.4-4_amd64.deb"
      size         = 322052
      digest       = "sha256:9668c8c8d578e80e61bfffb7353bb5128cb16f3195ccd7979af2dadd9ee30875"
    }

    deb "xz-utils" {
      version      = "5.4.1-1+deb12u1"
      architecture = "amd64"
      filename     = "pool/main/x/xz-utils/xz-utils_5.4.1-1+deb12u1_amd64.deb"
      size         = 471212
      digest       = "sha256:cc6dc501e0c06be3f89e9a7f8dfd7a97f92aadfd9daa60fad19b90d6a5558b80"
    }

    deb "zlib1g" {
      version      = "1:1.2.13.dfsg-1"
      architecture = "amd64"
      filename     = "pool/main/z/zlib/zlib1g_1.2.13.dfsg-1_amd64.deb"
      size         = 86684
      digest       = "sha256:d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4"
    }

    deb "zlib1g-dev" {
      version      = "1:1.2.13.dfsg-1"
      architecture = "amd64"
      filename     = "pool/main/z/zlib/zlib1g-dev_1.2.13.dfsg-1_amd64.deb"
      size         = 916272
      digest       = "sha256:f9ce531f60cbd5df37996af9370e0171be96902a17ec2bdbd8d62038c354094f"
    }

    dsc "busybox" {
      version = "1:1.35.0-4+deb12u1"
      patches = true

      file "busybox_1.35.0-4+deb12u1.debian.tar.xz" {
        path   = "pool/main/b/busybox/busybox_1.35.0-4+deb12u1.debian.tar.xz"
        size   = 68028
        digest = "sha256:1cacbe095ef4880ea7879933c8e3c5075d1527cd6fbcb626a9b41e5daefd1a46"
      }

      file "busybox_1.35.0.orig.tar.bz2" {
        path   = "pool/main/b/busybox/busybox_1.35.0.orig.tar.bz2"
        size   = 2480624
        digest = "sha256:faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694"
      }
    }

    dsc "linux" {
      version = "6.1.176-1"
      patches = false

      file "linux_6.1.176.orig.tar.xz" {
        path   = "pool/main/l/linux/linux_6.1.176.orig.tar.xz"
        size   = 137945728
        digest = "sha256:9aad4025973feea3f0d978e82ab7db97d8d5ce3f59fcc6b1f316153d66e3a504"
      }
    }

    dsc "xen" {
      version = "4.17.5+72-g01140da4e8-1"
      patches = false

      file "xen_4.17.5+72-g01140da4e8.orig.tar.xz" {
        path   = "pool/main/x/xen/xen_4.17.5+72-g01140da4e8.orig.tar.xz"
        size   = 4735560
        digest = "sha256:53922f4d0a02c577f2ea9d63f65989cd88715779eebeed879ca1d314103ee06e"
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
    "cpp-12",
    "dash",
    "debconf",
    "debianutils",
    "diffutils",
    "dpkg",
    "findutils",
    "flex",
    "gcc",
    "gcc-12",
    "gcc-12-base",
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
    "libcom-err2",
    "libcrypt-dev",
    "libcrypt1",
    "libctf-nobfd0",
    "libctf0",
    "libdb5.3",
    "libdebconfclient0",
    "libelf-dev",
    "libelf1",
    "libexpat1",
    "libfile-find-rule-perl",
    "libgcc-12-dev",
    "libgcc-s1",
    "libgcrypt20",
    "libgdbm-compat4",
    "libgdbm6",
    "libgmp10",
    "libgomp1",
    "libgpg-error0",
    "libgprofng0",
    "libgssapi-krb5-2",
    "libisl23",
    "libitm1",
    "libjansson4",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "liblsan0",
    "liblz4-1",
    "liblzma5",
    "libmd0",
    "libmount1",
    "libmpc3",
    "libmpfr6",
    "libnsl-dev",
    "libnsl2",
    "libnumber-compare-perl",
    "libpam-modules",
    "libpam-modules-bin",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libperl5.36",
    "libpython3.11-minimal",
    "libquadmath0",
    "libreadline8",
    "libselinux1",
    "libsmartcols1",
    "libssl3",
    "libstdc++6",
    "libsystemd0",
    "libtext-glob-perl",
    "libtinfo6",
    "libtirpc-common",
    "libtirpc-dev",
    "libtirpc3",
    "libtsan2",
    "libubsan1",
    "libudev1",
    "libuuid1",
    "libzstd1",
    "linux-libc-dev",
    "login",
    "m4",
    "make",
    "mawk",
    "musl",
    "musl-dev",
    "musl-tools",
    "ncurses-base",
    "ncurses-bin",
    "patch",
    "perl",
    "perl-base",
    "perl-modules-5.36",
    "python3-minimal",
    "python3.11-minimal",
    "readline-common",
    "rpcsvc-proto",
    "sed",
    "sysvinit-utils",
    "tar",
    "usrmerge",
    "util-linux",
    "util-linux-extra",
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
    "gcc-12-base",
    "gettext-base",
    "grep",
    "grub-common",
    "grub-efi-amd64-bin",
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
    "libburn4",
    "libbz2-1.0",
    "libc-bin",
    "libc6",
    "libcap-ng0",
    "libcap2",
    "libcrypt1",
    "libctf-nobfd0",
    "libctf0",
    "libdb5.3",
    "libdebconfclient0",
    "libdevmapper1.02.1",
    "libefiboot1",
    "libefivar1",
    "libfile-find-rule-perl",
    "libfreetype6",
    "libfuse2",
    "libgcc-s1",
    "libgcrypt20",
    "libgdbm-compat4",
    "libgdbm6",
    "libgmp10",
    "libgpg-error0",
    "libgprofng0",
    "libisoburn1",
    "libisofs6",
    "libjansson4",
    "libjte2",
    "liblz4-1",
    "liblzma5",
    "libmd0",
    "libmount1",
    "libnumber-compare-perl",
    "libpam-modules",
    "libpam-modules-bin",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libperl5.36",
    "libpng16-16",
    "libreadline8",
    "libselinux1",
    "libsmartcols1",
    "libstdc++6",
    "libsystemd0",
    "libtext-glob-perl",
    "libtinfo6",
    "libudev1",
    "libuuid1",
    "libzstd1",
    "login",
    "mawk",
    "mtools",
    "ncurses-base",
    "ncurses-bin",
    "perl",
    "perl-base",
    "perl-modules-5.36",
    "readline-common",
    "sed",
    "sysvinit-utils",
    "tar",
    "usrmerge",
    "util-linux",
    "util-linux-extra",
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
    "cpp-12",
    "dash",
    "debconf",
    "debianutils",
    "diffutils",
    "dpkg",
    "findutils",
    "flex",
    "gcc",
    "gcc-12",
    "gcc-12-base",
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
    "libcom-err2",
    "libcrypt-dev",
    "libcrypt1",
    "libctf-nobfd0",
    "libctf0",
    "libdb5.3",
    "libdebconfclient0",
    "libexpat1",
    "libfile-find-rule-perl",
    "libgcc-12-dev",
    "libgcc-s1",
    "libgcrypt20",
    "libgdbm-compat4",
    "libgdbm6",
    "libgmp10",
    "libgomp1",
    "libgpg-error0",
    "libgprofng0",
    "libgssapi-krb5-2",
    "libisl23",
    "libitm1",
    "libjansson4",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "liblsan0",
    "liblz4-1",
    "liblzma5",
    "libmd0",
    "libmount1",
    "libmpc3",
    "libmpfr6",
    "libnsl-dev",
    "libnsl2",
    "libnumber-compare-perl",
    "libpam-modules",
    "libpam-modules-bin",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libperl5.36",
    "libpkgconf3",
    "libpython3.11-minimal",
    "libquadmath0",
    "libselinux1",
    "libsmartcols1",
    "libssl3",
    "libstdc++6",
    "libsystemd0",
    "libtext-glob-perl",
    "libtinfo6",
    "libtirpc-common",
    "libtirpc-dev",
    "libtirpc3",
    "libtsan2",
    "libubsan1",
    "libudev1",
    "libuuid1",
    "libyajl-dev",
    "libyajl2",
    "libzstd1",
    "linux-libc-dev",
    "login",
    "m4",
    "make",
    "mawk",
    "ncurses-base",
    "ncurses-bin",
    "perl",
    "perl-base",
    "perl-modules-5.36",
    "pkgconf",
    "pkgconf-bin",
    "python3-minimal",
    "python3.11-minimal",
    "rpcsvc-proto",
    "sed",
    "sysvinit-utils",
    "tar",
    "usrmerge",
    "util-linux",
    "util-linux-extra",
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
