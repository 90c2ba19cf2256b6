# Runs in Xen's source: builds the part of the toolstack that a dom0 needs to
# answer `xl`, and takes along the shared objects it is linked with.
umask 022 # modes in $OUT are part of the result

# configure insists on headers of parts that are not built here (Python
# bindings, xentop): answer for them instead of pinning 20 more packages.
export ac_cv_path_pyconfig=none ac_cv_header_Python_h=yes ac_cv_func_PyArg_ParseTuple=yes
export ac_cv_header_ncurses_h=yes ac_cv_lib_ncurses_clear=yes

# The makefiles' own hooks for flags: a CFLAGS in the environment would be
# appended to itself at each level of make.
export EXTRA_CFLAGS_XEN_TOOLS="$CPPFLAGS $CFLAGS"
export PREPEND_LDFLAGS_XEN_TOOLS="$LDFLAGS"
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS
export XEN_BUILD_DATE="$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH")"
export XEN_BUILD_TIME="$(date -u -d "@$SOURCE_DATE_EPOCH" +%T)"

./configure --prefix=/usr --libdir=/usr/lib --sysconfdir=/etc --localstatedir=/var \
	--disable-docs --disable-stubdom --disable-ocamltools --disable-golang \
	--disable-monitors --disable-seabios --disable-ovmf --disable-ipxe \
	--disable-rombios --disable-pvshim --disable-qemu-traditional \
	--disable-systemd --with-system-qemu=/bin/false --with-xenstored=xenstored

# Xen 4.18 moved the daemon from tools/xenstore.
[ -d tools/xenstored ] && xenstored=xenstored || xenstored=xenstore

# Each library is also made as an archive, of objects compiled a second time for
# it; nothing here links archives, so make them of the shared library's objects.
sed -i 's/^\(lib$(LIB_FILE_NAME)\.a: \)$(OBJS-y)$/\1$(PIC_OBJS)/' tools/libs/libs.mk
grep -q '^lib$(LIB_FILE_NAME)\.a: $(PIC_OBJS)$' tools/libs/libs.mk

root="$TMPDIR/root"
for d in include libs "$xenstored" helpers xl console; do
	make -C "tools/$d" all
done
for d in libs "$xenstored" helpers xl console; do
	make -C "tools/$d" install DESTDIR="$root"
done

mkdir -p "$OUT/usr/sbin" "$OUT/usr/lib/xen/bin" "$OUT/lib64"
for f in sbin/xl sbin/xenstored sbin/xenconsoled lib/xen/bin/xen-init-dom0 lib/xen/bin/libxl-save-helper; do
	cp "$root/usr/$f" "$OUT/usr/$f"
done

# The shared objects they need, under the names they ask for. libgcc_s is
# loaded by the C library when a thread is cancelled: nothing links it.
for f in "$OUT"/usr/sbin/* "$OUT"/usr/lib/xen/bin/*; do
	LD_LIBRARY_PATH="$root/usr/lib" ldd "$f"
done > "$TMPDIR/needed"
if grep 'not found' "$TMPDIR/needed"; then exit 1; fi
for f in $(awk '$2 == "=>" { print $3 }' "$TMPDIR/needed" | sort -u); do
	cp -L "$f" "$OUT/usr/lib/"
done
cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$OUT/usr/lib/"
cp -L /lib64/ld-linux-x86-64.so.2 "$OUT/lib64/"

# Sorted: the record of calls would else depend on the order of the directories.
find "$OUT" -type f -exec chmod 755 {} +
find "$OUT" -type f -print0 | LC_ALL=C sort -z | xargs -0 strip --strip-unneeded
