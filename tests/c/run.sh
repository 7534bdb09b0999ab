#!/usr/bin/env bash
# Builds the C library and runs every C and C++ test against it, plainly and under what watches memory
# and threads. A watcher counts only after it has caught the faults of faulty.c.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}
target=$(mkdir -p "$CARGO_TARGET_DIR" && cd "$CARGO_TARGET_DIR" && pwd)
stage=$target/c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=(check host misuse memory grown decisions claims tables loading tools
    client explain tickets ticket_misuse exports revoking passwords forks threads races)
strict=(-std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -pedantic -g -pthread)
system=(-lpthread -ldl -lm)

step() { printf -- '-- %s\n' "$*"; }
fail() {
    echo "tests/c/run.sh: $*" >&2
    exit 1
}
has() { # has PROGRAM SYMBOL; counts, because grep -q would end nm early, which is a failure here
    [ "$(nm "$1" | grep -c "$2")" -gt 0 ]
}
compile() { # compile FOLDER OPTION... : every test, against the archive
    local folder=$1 name
    shift
    mkdir -p "$work/$folder"
    for name in "${tests[@]}" faulty conform; do
        cc "${strict[@]}" "$@" -I"$stage/include" "tests/c/$name.c" "$stage/lib/libcountersign.a" "${system[@]}" \
            -o "$work/$folder/$name"
    done
}
run_all() { # run_all FOLDER COMMAND...
    local folder=$1 name
    shift
    for name in "${tests[@]}"; do
        "$@" "$work/$folder/$name" || fail "$name failed under $folder"
    done
}
catches() { # catches WHAT COMMAND... : it must end well without a fault, and badly with each
    local what=$1 fault
    shift
    "$@" 0 >/dev/null 2>"$work/log" || { cat "$work/log" >&2; fail "$what sees a fault where none is"; }
    for fault in 1 2 3; do
        if "$@" "$fault" >/dev/null 2>"$work/log"; then fail "$what does not see fault $fault of faulty.c"; fi
    done
    echo "$what was on: it caught a write past the end, a use after free and a leak"
}

step "a release library that can be made to panic"
features=$(sed -n 's/^LIB_FEATURES := //p' Makefile)
# shellcheck disable=SC2086
cargo build --quiet --release --lib ${features/capi/capi,panic-injection}
tools/stage.sh "$target/release" "$target/c-panic"
cc "${strict[@]}" -I"$stage/include" -I"$target/c-panic/include" tests/c/panic.c "$target/c-panic/lib/libcountersign.a" \
    "${system[@]}" -o "$work/panic"
"$work/panic" 2>"$work/log" || { cat "$work/log" >&2; fail "a panic is not contained"; }
grep -q injected "$work/log" || fail "nothing panicked"

step "the library as it is installed"
make --silent lib
cc "${strict[@]}" -I"$stage/include" tests/c/panic.c "$stage/lib/libcountersign.a" "${system[@]}" -o "$work/calm"
if "$work/calm" >/dev/null 2>&1; then fail "the library that is installed can be made to panic"; fi
tests/c/symbols.sh "$stage"

step "the header alone"
for compiler in "cc -std=c99 -x c" "cc -std=c11 -x c" "c++ -std=c++11 -x c++" "c++ -std=c++20 -x c++" \
    "clang -std=c99 -x c" "clang++ -std=c++11 -x c++"; do
    command -v "${compiler%% *}" >/dev/null || { echo "no ${compiler%% *} here"; continue; }
    printf '#include <countersign.h>\n#include <countersign.h>\n' |
        $compiler -Wall -Wextra -Werror -pedantic -Wconversion -Wundef -I"$stage/include" -fsyntax-only -
done

step "plainly, against the archive and the shared library"
compile plain -O2 -Wshadow -Wstrict-prototypes -Wmissing-prototypes
run_all plain
for name in "${tests[@]}"; do
    cc "${strict[@]}" -I"$stage/include" "tests/c/$name.c" -L"$stage/lib" -lcountersign -o "$work/$name.shared"
    LD_LIBRARY_PATH=$stage/lib "$work/$name.shared" >/dev/null || fail "$name failed against the shared library"
done

step "C++11"
c++ -std=c++11 -Wall -Wextra -Werror -pedantic -I"$stage/include" tests/c/cxx.cpp "$stage/lib/libcountersign.a" \
    "${system[@]}" -o "$work/cxx"
"$work/cxx"

step "AddressSanitizer and UndefinedBehaviorSanitizer"
compile sanitized -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
for name in "${tests[@]}"; do
    has "$work/sanitized/$name" __asan_init || fail "$name was not built with AddressSanitizer"
    has "$work/sanitized/$name" __ubsan_handle || fail "$name was not built with UndefinedBehaviorSanitizer"
done
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
catches AddressSanitizer "$work/sanitized/faulty"
run_all sanitized

step "the corpus through the sanitized driver"
COUNTERSIGN_CONFORM=$work/sanitized/conform cargo test --quiet -p countersign --no-default-features \
    --features aws-lc-rs,conform,capi --test conformance_capi -- --nocapture | grep 'went through C'

step "valgrind"
watch=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible)
catches valgrind "${watch[@]}" "$work/plain/faulty"
for name in check host misuse memory grown claims tables loading tools client explain tickets ticket_misuse exports revoking passwords forks; do
    "${watch[@]}" "$work/plain/$name" || fail "$name failed under valgrind"
done
# These run by numbers: fewer of them, for a machine that is slowed down twentyfold.
"${watch[@]}" "$work/plain/decisions" 100 || fail "decisions failed under valgrind"
"${watch[@]}" "$work/plain/threads" 40 || fail "threads failed under valgrind"
"${watch[@]}" "$work/plain/races" 40 || fail "races failed under valgrind"

step "ThreadSanitizer"
# The library is not instrumented, so what it orders by atomics is not seen: its own calls are left out, and
# what is watched is that a C host needs no lock of its own around the library.
mkdir -p "$work/threads"
echo 'called_from_lib:libcountersign.so' >"$work/threads/leave-out"
for name in threads races; do
    cc "${strict[@]}" -O1 -fsanitize=thread -I"$stage/include" "tests/c/$name.c" -L"$stage/lib" -lcountersign \
        -o "$work/threads/$name"
    has "$work/threads/$name" __tsan_init || fail "$name was not built with ThreadSanitizer"
    TSAN_OPTIONS="suppressions=$work/threads/leave-out halt_on_error=1" LD_LIBRARY_PATH=$stage/lib \
        "$work/threads/$name" 1000
done

step "installed"
tests/c/install.sh
