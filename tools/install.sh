#!/usr/bin/env bash
# Installs what `make lib` built: header, both libraries, pkg-config and CMake files.
# Called by `make install` with PREFIX, DESTDIR and TARGET_DIR; LIBDIR stands for PREFIX/lib.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-$prefix/lib}
root=${DESTDIR:-}
stage=${TARGET_DIR:-target}/c
version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' Cargo.toml)
[ -f "$stage/lib/libcountersign.a" ] || {
  echo "tools/install.sh: nothing is built in $stage; run make lib" >&2
  exit 1
}

install -d "$root$prefix/include" "$root$libdir/pkgconfig" "$root$libdir/cmake/Countersign"
install -m 644 "$stage/include/countersign.h" "$root$prefix/include/"
install -m 644 "$stage/lib/libcountersign.a" "$root$libdir/"
install -m 755 "$stage/lib/libcountersign.so.$version" "$root$libdir/"
ln -sf "libcountersign.so.$version" "$root$libdir/libcountersign.so.0"
ln -sf libcountersign.so.0 "$root$libdir/libcountersign.so"

# The system's libraries that the archive needs; in glibc 2.34 and later all but -lm are part of libc.
private='-lpthread -ldl -lm'

cat >"$root$libdir/pkgconfig/countersign.pc" <<PC
prefix=$prefix
libdir=$libdir
includedir=\${prefix}/include

Name: countersign
Description: Decides who is asking over HTTP, and answers a 401 properly
Version: $version
Libs: -L\${libdir} -lcountersign
Libs.private: $private
Cflags: -I\${includedir}
PC

cat >"$root$libdir/cmake/Countersign/CountersignConfig.cmake" <<CMAKE
# Countersign::countersign is the shared library, Countersign::countersign_static the archive.
get_filename_component(_countersign_lib "\${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(_countersign_include "$prefix/include")
if(NOT EXISTS "\${_countersign_include}/countersign.h")
  # Moved as a whole since it was installed.
  get_filename_component(_countersign_include "\${_countersign_lib}/../include" ABSOLUTE)
endif()
if(NOT TARGET Countersign::countersign)
  add_library(Countersign::countersign SHARED IMPORTED)
  set_target_properties(Countersign::countersign PROPERTIES
    IMPORTED_LOCATION "\${_countersign_lib}/libcountersign.so.$version"
    IMPORTED_SONAME libcountersign.so.0
    INTERFACE_INCLUDE_DIRECTORIES "\${_countersign_include}")
  add_library(Countersign::countersign_static STATIC IMPORTED)
  set_target_properties(Countersign::countersign_static PROPERTIES
    IMPORTED_LOCATION "\${_countersign_lib}/libcountersign.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_INCLUDE_DIRECTORIES "\${_countersign_include}"
    INTERFACE_LINK_LIBRARIES "$private")
endif()
unset(_countersign_lib)
unset(_countersign_include)
CMAKE

cat >"$root$libdir/cmake/Countersign/CountersignConfigVersion.cmake" <<CMAKE
# Before 1.0 a minor version may break what the one before it promised; a patch may not.
set(PACKAGE_VERSION $version)
set(_countersign_series "^${version%.*}(\\\\.|\$)")
if(PACKAGE_FIND_VERSION MATCHES "\${_countersign_series}" AND NOT PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
else()
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
endif()
if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(PACKAGE_VERSION_UNSUITABLE TRUE)
endif()
unset(_countersign_series)
CMAKE
