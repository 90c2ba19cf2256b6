# Runs in Xen's source: builds the hypervisor only.

# Everything the banner would ask the machine for.
export XEN_BUILD_DATE="$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" '+%a %b %e %H:%M:%S UTC %Y')"
export XEN_BUILD_TIME="$(date -u -d "@$SOURCE_DATE_EPOCH" +%T)"
export XEN_BUILD_HOST=dombuild XEN_WHOAMI=builder XEN_DOMAIN=dombuild

cat "$SOURCES/xen_config/xen.config" "$SOURCES/xen_suite_config/$SUITE.config" > "$TMPDIR/xen.config"

# Defaults, with the fragment's values where it names one.
make -C xen XEN_TARGET_ARCH=x86_64 KCONFIG_ALLCONFIG="$TMPDIR/xen.config" alldefconfig
make -C xen XEN_TARGET_ARCH=x86_64
