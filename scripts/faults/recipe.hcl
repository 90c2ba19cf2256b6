# Seeded nondeterminism: one tiny package for each condition of a build, and for
# each class of what makes builds differ. check has to catch every fault and to
# name the condition that makes it differ; every mended twin has to pass. What
# is expected of each is in expect.go. e2e.sh runs it.

recipe "faults" {
  source_date_epoch = 1735689600
  jobs              = 1
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian-archive.gpg"
}

toolchain "base" {
  from     = distribution.debian
  packages = ["gcc", "libc6-dev", "make", "bash", "perl", "python3-minimal", "cpio", "zip", "xz-utils", "e2fsprogs", "openssl"]
}

source "files" {
  local { path = "src" }
}

locals {
  uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

  fault = {
    # the date
    date-in-binary = "env -u SOURCE_DATE_EPOCH gcc -c date.c -o f"
    year           = "date -u +%Y > f"
    seconds        = "date +%s > f"
    time-zone      = "date -d @$SOURCE_DATE_EPOCH +%H:%M > f"
    gzip-time      = "echo text > text && gzip -c text > f"
    ar-time        = "ar rcU f a.c"
    tar-time       = "umask 022 && echo text > text && tar --owner=0 --group=0 --numeric-owner -cf f text"
    ext4-time      = "truncate -s 1M f && mke2fs -q -t ext4 -F -U ${local.uuid} -E hash_seed=${local.uuid},root_owner=0:0 f"
    source-year    = "date -u -r a.c +%Y > f"
    written-year   = "echo text > text && TZ=UTC stat -c %y text | cut -c 1-4 > f"
    listed-year    = "echo text > text && ls -g -o --time-style=+%Y text | tr -s ' ' | cut -d ' ' -f 4 > f"
    zip-zone       = "umask 022 && echo text > text && touch -d @$SOURCE_DATE_EPOCH text && zip -q -X f.zip text && mv f.zip f"

    # paths
    file-macro  = "gcc -c \"$PWD/file.c\" -o f"
    debug-path  = "gcc -g -c a.c -o f"
    build-id    = "gcc -g -Wl,--build-id a.c -o f && strip f"
    output-path = "echo \"prefix=$OUT/usr\" > f"
    temp-name   = "echo \"made in $(mktemp -d)\" > f"
    home        = "echo \"$HOME\" > f"

    # order
    listing    = "mkdir d && for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : > d/$n; done && ls -U d > f"
    find       = "mkdir d && for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : > d/$n; done && find d -type f > f"
    zip-order  = "umask 022 && mkdir d && for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : > d/$n; done && find d -exec touch -d @$SOURCE_DATE_EPOCH {} + && TZ=UTC zip -q -X -r f.zip d && mv f.zip f"
    perl-hash  = "perl -e 'my %h = map { $_ => 1 } \"a\" .. \"z\"; print join(\" \", keys %h), \"\\n\"' > f"
    python-set = "python3 -c 'print({\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\"})' > f"
    make-race  = "make -f race.mk f"

    # who and where
    host-name = "uname -n > f"
    user      = "id -u > f"
    tar-owner = "umask 022 && echo text > text && tar --mtime=@$SOURCE_DATE_EPOCH -cf f text"
    ar-owner  = "umask 022 && touch -d @$SOURCE_DATE_EPOCH a.c && ar rcU f a.c"
    tar-mode  = "echo text > text && tar --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner -cf f text"
    variable  = "echo \"$${TERM-dumb} $${HOME##*/}\" > f"
    charset   = "locale charmap > f"
    sort      = "printf '%s\\n' b B a A > words && sort words > f"
    shell     = "echo 'a\\tb' > f"

    # the machine
    processors  = "nproc > f"
    xz-threads  = "seq 1000 | xz -c -T \"$JOBS\" > f"
    kernel      = "uname -r > f"
    personality = "cat /proc/self/personality > f"
    file-system = "stat -f -c %T . > f"
    cpio-inode  = "umask 022 && for n in 1 2 3 4 5 6 7 8 9; do : > $n; done && touch -d @$SOURCE_DATE_EPOCH [1-9] && ls [1-9] | cpio -o --quiet -H newc -R 0:0 > f"

    # chance
    address   = "gcc -fPIE -pie address.c -o p && ./p > f"
    uuid      = "cat /proc/sys/kernel/random/uuid > f"
    ext4-uuid = "truncate -s 1M f && E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -t ext4 -F -E root_owner=0:0 f"
    key       = "openssl genpkey -algorithm ed25519 -out f"
    lto       = "gcc -O2 -flto -c a.c -o f"
    profile   = "gcc --coverage profile.c -o p && ./p && mv p-profile.gcda f"

    # traps: two conditions that only together make a difference, and what shows in one build of three
    two-axes = "if [ \"$(id -u)\" != 1000 ] && [ \"$(umask)\" != 0022 ]; then echo odd > f; else echo even > f; fi"
    rarely   = "if [ $(($(od -An -N1 -tu1 /dev/urandom) % 3)) = 0 ]; then cat /proc/sys/kernel/random/uuid > f; else echo even > f; fi"
  }

  mended = {
    date-in-binary = "gcc -c date.c -o f"
    year           = "date -u -d @$SOURCE_DATE_EPOCH +%Y > f"
    seconds        = "date -d @$SOURCE_DATE_EPOCH +%s > f"
    time-zone      = "date -u -d @$SOURCE_DATE_EPOCH +%H:%M > f"
    gzip-time      = "echo text > text && gzip -n -c text > f"
    ar-time        = "ar rcD f a.c"
    tar-time       = "umask 022 && echo text > text && tar --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner -cf f text"
    ext4-time      = "truncate -s 1M f && E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -t ext4 -F -U ${local.uuid} -E hash_seed=${local.uuid},root_owner=0:0 f"
    source-year    = "touch -d @$SOURCE_DATE_EPOCH a.c && date -u -r a.c +%Y > f"
    written-year   = "echo text > text && touch -d @$SOURCE_DATE_EPOCH text && TZ=UTC stat -c %y text | cut -c 1-4 > f"
    listed-year    = "echo text > text && touch -d @$SOURCE_DATE_EPOCH text && TZ=UTC ls -g -o --time-style=+%Y text | tr -s ' ' | cut -d ' ' -f 4 > f"
    zip-zone       = "umask 022 && echo text > text && touch -d @$SOURCE_DATE_EPOCH text && TZ=UTC zip -q -X f.zip text && mv f.zip f"

    file-macro  = "gcc -ffile-prefix-map=\"$PWD\"=. -c \"$PWD/file.c\" -o f"
    debug-path  = "gcc -ffile-prefix-map=\"$PWD\"=. -g -c a.c -o f"
    build-id    = "gcc -ffile-prefix-map=\"$PWD\"=. -g -Wl,--build-id a.c -o f && strip f"
    output-path = "echo prefix=/usr > f"
    temp-name   = "mktemp -d > /dev/null && echo made > f"
    home        = "echo /root > f"

    listing    = "mkdir d && for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : > d/$n; done && ls d > f"
    find       = "mkdir d && for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : > d/$n; done && find d -type f | LC_ALL=C sort > f"
    zip-order  = "umask 022 && mkdir d && for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : > d/$n; done && find d -exec touch -d @$SOURCE_DATE_EPOCH {} + && find d -type f | LC_ALL=C sort | TZ=UTC zip -q -X f.zip -@ && mv f.zip f"
    perl-hash  = "perl -e 'my %h = map { $_ => 1 } \"a\" .. \"z\"; print join(\" \", sort keys %h), \"\\n\"' > f"
    python-set = "python3 -c 'print(sorted({\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\"}))' > f"
    make-race  = "make -f ordered.mk f"

    host-name = "echo dombuild > f"
    user      = "echo 0 > f"
    tar-owner = "umask 022 && echo text > text && tar --owner=0 --group=0 --numeric-owner --mtime=@$SOURCE_DATE_EPOCH -cf f text"
    ar-owner  = "umask 022 && touch -d @$SOURCE_DATE_EPOCH a.c && ar rcD f a.c"
    tar-mode  = "echo text > text && tar --mode=644 --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner -cf f text"
    variable  = "env -i /bin/sh -c 'echo \"$${TERM-dumb} $${HOME-none}\"' > f"
    charset   = "LC_ALL=C locale charmap > f"
    sort      = "printf '%s\\n' b B a A > words && LC_ALL=C sort words > f"
    shell     = "printf '%s\\n' 'a\\tb' > f"

    processors  = "echo 1 > f"
    xz-threads  = "seq 1000 | xz -c -T 1 > f"
    kernel      = "echo 6.1 > f"
    personality = "echo 0 > f"
    file-system = "[ -d . ] && echo directory > f" # not stat -c %F, which LANGUAGE translates
    cpio-inode  = "umask 022 && for n in 1 2 3 4 5 6 7 8 9; do : > $n; done && touch -d @$SOURCE_DATE_EPOCH [1-9] && ls [1-9] | cpio -o --quiet -H newc -R 0:0 --reproducible > f"

    address   = "gcc -fPIE -pie address.c -o p && ./p | wc -l > f"
    uuid      = "echo ${local.uuid} > f"
    ext4-uuid = "truncate -s 1M f && E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -t ext4 -F -U ${local.uuid} -E hash_seed=${local.uuid},root_owner=0:0 f"
    key       = "sha256sum a.c > f"
    lto       = "cp a.c /tmp && here=$PWD && cd /tmp && gcc -O2 -flto -frandom-seed=a.c -c a.c -o f && cp f \"$here\""
    profile   = "gcc profile.c -o p && ./p && strip p && cp p f"

    two-axes = "echo even > f"
    rarely   = "echo even > f"
  }

  # what the first of three steps does, of which the others make theirs
  early = {
    fault  = "uname -n > f"
    mended = "echo dombuild > f"
  }
}

package "fault" {
  for_each  = local.fault
  toolchain = toolchain.base
  source    = source.files
  hardening = "freestanding" # no flags: they would mend some of the faults
  script    = each.value
  outputs   = { "f" = "f" }
}

package "mended" {
  for_each  = local.mended
  toolchain = toolchain.base
  source    = source.files
  hardening = "freestanding"
  script    = each.value
  outputs   = { "f" = "f" }
}

# a fault of an early step that later ones hand on: the early one is to blame
package "early" {
  for_each  = local.early
  toolchain = toolchain.base
  hardening = "freestanding"
  script    = each.value
  outputs   = { "f" = "f" }
}

package "late" {
  for_each  = local.early
  toolchain = toolchain.base
  inputs    = [package.early[each.key]]
  hardening = "freestanding"
  script    = "{ echo built on; cat \"$INPUTS/early\"*/f; } > g"
  outputs   = { "g" = "g" }
}

package "last" {
  for_each  = local.early
  toolchain = toolchain.base
  inputs    = [package.late[each.key]]
  hardening = "freestanding"
  script    = "gzip -n -c \"$INPUTS/late\"*/g > h"
  outputs   = { "h" = "h" }
}
