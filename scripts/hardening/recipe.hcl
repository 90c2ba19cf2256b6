# Packages that try to lose a hardening flag on the way. e2e.sh builds each by
# itself: those called mended pass, because the wrapper mends them, and each
# mutant has to be refused, by the rule and by the name that e2e.sh expects.

recipe "hardening" {
  source_date_epoch = 1735689600
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian-archive.gpg"
}

toolchain "c" {
  from     = distribution.debian
  packages = ["gcc", "libc6-dev", "make", "g++"]
}

source "program" {
  local { path = "src" }
}

locals {
  real = "/usr/bin/.dombuild-x86_64-linux-gnu-gcc-12"

  mended = {
    flags     = "gcc -c a.c && gcc -c -fno-stack-protector -U_FORTIFY_SOURCE -fcf-protection=none -fno-stack-clash-protection b.c && gcc -no-pie -z norelro -z lazy -Wl,-z,execstack a.o b.o -o p"
    path      = "/usr/bin/gcc -c a.c && /usr/bin/x86_64-linux-gnu-gcc-12 -c -fno-pie b.c && /usr/bin/cc a.o b.o -o p"
    empty     = "env -i /usr/bin/gcc -B/usr/bin -c a.c && env -i PATH=/usr/bin gcc -fno-stack-protector a.o b.c -o p"
    response  = "echo '-fno-stack-protector -c b.c' > args && gcc @args && gcc -c a.c && echo a.o b.o -Wl,-z,norelro > args && gcc @args -o p"
    override  = "make -f Makefile CFLAGS='-fno-stack-protector -O1' CC=/usr/bin/gcc p"
    assembler = "gcc -fno-stack-protector -S b.c && gcc -x assembler -c b.s -o b.o && gcc a.c b.o -o p"
    linker    = "gcc -c a.c b.c && ${local.real} a.o b.o -o p -Wl,-z,norelro -Wl,-z,execstack"
    stack     = "gcc -c a.c b.c && printf '.section .note.GNU-stack,\"x\"\\n' > s.s && gcc -c s.s && gcc a.o b.o s.o -o p"
  }

  mutant = {
    outside = "gcc -c a.c && ${local.real} -O2 -c b.c && gcc a.o b.o -o p"
    cc1     = "gcc -c a.c && $(${local.real} -print-prog-name=cc1) -quiet -imultiarch x86_64-linux-gnu -O2 b.c -o b.s && as b.s -o b.o && gcc a.o b.o -o p"
    member  = "gcc -c a.c && ${local.real} -O2 -c b.c && ar rcs libb.a b.o && gcc a.o libb.a -o p"
    changed = "gcc -c a.c b.c && printf x >> b.o && gcc a.o b.o -o p"
    patched = "gcc a.c b.c -o p && printf x >> p"
    level   = "gcc -c a.c && gcc -O0 -c b.c && gcc a.o b.o -o p"
    bare    = "gcc -c a.c && gcc -ffreestanding -c b.c && gcc a.o b.o -o p"
    rpath   = "gcc a.c b.c -Wl,-rpath,/opt/lib -o p"
    symbol  = "gcc -DMKTEMP a.c b.c -o p"
  }
}

package "mended" {
  for_each  = local.mended
  toolchain = toolchain.c
  source    = source.program
  script    = "${each.value}\n./p\ninstall -m 755 p \"$OUT/p\""
  outputs   = ["p"]
}

package "mutant" {
  for_each  = local.mutant
  toolchain = toolchain.c
  source    = source.program
  script    = "${each.value}\ncp p \"$OUT/p\""
  outputs   = ["p"]
}
