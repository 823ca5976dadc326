#!/usr/bin/env bash
# Builds the core of the gate for browsers: web/wasm and what it takes of src/ → web/built/nansen.wasm.gz, and nansen-pdf.wasm.gz, the
# reader of PDFs, which is loaded after it; beside them SOURCES, which says by which toolchain and from which files they were made.
# The same files and the same toolchain give the same bytes, on every machine and in every folder.
#
#   web/build.sh            build, and write the three files
#   web/build.sh --check    build, and compare with them; writes nothing
#
# Which toolchain:
#   rustup   the installed Rust with its target wasm32-unknown-unknown, which is added when rustup can
#   debian   else Debian's rustc-web with its sources of the standard library: the packages of PACKAGES below are downloaded with
#            apt-get (about 170 MB, unpacked 1 GB) and unpacked into a folder; nothing is installed, root is not needed
# NANSEN_WASM_TOOLCHAIN=rustup|debian chooses; --check takes the one that SOURCES names, when it is there.
# NANSEN_WASM_TOOLS is the folder for Debian's packages (target/wasm-tools); NANSEN_WASM_TARGET the one to build in (target/wasm).
#
# Packed by gzip, and by Brotli for browsers that take it: that needs the program brotli (Debian's package of that name).
# No wasm-opt: it would have to be of the same version everywhere.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
root=$PWD
tools=${NANSEN_WASM_TOOLS:-$root/target/wasm-tools}
target=${NANSEN_WASM_TARGET:-$root/target/wasm}
built=web/built
fresh=$target/fresh
MODULES=(nansen nansen-pdf)
PACKAGED=(-p nansen-gate -p nansen-pdf)
PACKAGES=(rustc-web libstd-rust-web-1.96 libstd-rust-web-dev rust-web-src libllvm22 lld-22)

say() { echo "web/build.sh: $*" >&2; }
die() { say "$*"; exit 1; }
digest() { sha256sum | cut -d' ' -f1; }

# A target of rustup's, when it is there or can be had.
has_rustup() {
    local libraries
    libraries=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
    [ -d "$libraries" ] || { command -v rustup >/dev/null && rustup target add wasm32-unknown-unknown >&2; }
}

use_rustup() {
    toolchain="rustup $(rustc --version)"
    rustc=rustc
    std=()
    lean=()
}

# Unpacks the packages once for each set of versions.
use_debian() {
    local stamp unpacked=$tools/root
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || die "no wasm32 target: run 'rustup target add wasm32-unknown-unknown'"
    if ! [ -x "$unpacked/usr/bin/rustc" ]; then
        say "no wasm32 target in the installed Rust; unpacking Debian's ${PACKAGES[*]} under $tools"
        rm -rf "$tools/part" && mkdir -p "$tools/part"
        (cd "$tools/part" && apt-get download "${PACKAGES[@]}" >&2) || die "apt-get cannot download ${PACKAGES[*]}; run apt-get update"
        for stamp in "$tools"/part/*.deb; do dpkg -x "$stamp" "$tools/part/root"; done
        rm -f "$tools"/part/*.deb
        mv "$tools/part/root" "$unpacked" && rmdir "$tools/part"
    fi
    export LD_LIBRARY_PATH=$unpacked/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$unpacked/usr/lib/llvm-22/bin/wasm-ld
    # Building the standard library is not stable yet; the packages have it in source only.
    export RUSTC_BOOTSTRAP=1
    rustc=$unpacked/usr/bin/rustc
    std=(-Zbuild-std=std,panic_abort)
    # A panic ends the module either way, and nobody reads its message: not even the text of it is made.
    lean=(-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none)
    toolchain="debian $("$rustc" --version), $("$CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER" --version)"
}

choose() {
    local wanted=${NANSEN_WASM_TOOLCHAIN:-}
    if [ -z "$wanted" ] && [ -n "$check" ]; then wanted=$(sed -n 's/^toolchain \([a-z]*\) .*/\1/p' $built/SOURCES); fi
    case $wanted in
        debian) use_debian ;;
        rustup) if has_rustup; then use_rustup; else use_debian; fi ;;
        '') if has_rustup; then use_rustup; else use_debian; fi ;;
        *) die "NANSEN_WASM_TOOLCHAIN is '$wanted', and may be rustup or debian" ;;
    esac
}

# No path of this machine may get in: each of them has another name inside.
flags() {
    local separator=$'\x1f' home=${CARGO_HOME:-$HOME/.cargo} sysroot registry
    sysroot=$("$rustc" --print sysroot)
    local all=(
        "${lean[@]}" --cfg 'getrandom_backend="unsupported"'
        "--remap-path-prefix=$root=/nansen" "--remap-path-prefix=$target=/target"
        "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rust"
        "--remap-path-prefix=$(realpath -m "$sysroot/lib/rustlib/src/rust")=/rust"
        # Cargo names what lies under the root relative to it, as the packages do where nobody chose a folder for them.
        "--remap-path-prefix=${sysroot#"$root/"}/lib/rustlib/src/rust=/rust"
        "--remap-path-prefix=$home=/cargo"
    )
    # The folder of a registry has the name of the server it came from.
    for registry in "$home"/registry/src/*; do all+=("--remap-path-prefix=$registry=/crates"); done
    (IFS=$separator; echo "${all[*]}")
}

# Notes what went into a module, and that nothing of this machine did.
take() {
    local name=$1 crate=$2 home=${CARGO_HOME:-$HOME/.cargo} stray
    cp "$target/wasm32-unknown-unknown/wasm/$crate.wasm" "$fresh/$name.wasm"
    stray=$(grep -aoE "(${root}|${home}|wasm-tools)/[[:print:]]{0,80}" "$fresh/$name.wasm" | head -1) || true
    [ -z "$stray" ] || die "a path of this machine is in $name.wasm: $stray"
    files <"$target/wasm32-unknown-unknown/wasm/$crate.d" >>"$fresh/inputs"
}

build_all() {
    export RUSTC=$rustc CARGO_TARGET_DIR=$target
    # Paths of the files that were read, relative to the root.
    export CARGO_BUILD_DEP_INFO_BASEDIR=$root
    unset RUSTFLAGS RUSTC_WRAPPER CARGO_BUILD_RUSTFLAGS NANSEN_WASM_NAMES
    cargo fetch --locked >&2
    CARGO_ENCODED_RUSTFLAGS=$(flags)
    export CARGO_ENCODED_RUSTFLAGS
    rm -rf "$fresh" && mkdir -p "$fresh"
    # In one go: what both have is compiled once, and both are linked at the same time.
    cargo build "${std[@]}" --locked --profile wasm "${PACKAGED[@]}" --target wasm32-unknown-unknown >&2
    take nansen nansen_gate
    take nansen-pdf nansen_pdf
    crates >>"$fresh/inputs"
    describe >"$fresh/SOURCES"
}

# Part of a TOML file: from the line of its name to the next table.
section() { awk -v name="$2" '$0 == name { on = 1; print; next } /^\[/ { on = 0 } on' "$1"; }

# The crates of the modules, with the checksums of Cargo.lock.
crates() {
    cargo tree --locked --target wasm32-unknown-unknown "${PACKAGED[@]}" -e normal,build --prefix none -f '{p}' |
        sed -n 's/^\([^ ]*\) v\([^ ]*\)\( (proc-macro)\)\?\( (\*)\)\?$/\1 \2/p' | sort -u |
        while read -r name version; do
            echo "crate $name $version $(awk -v RS= -v name="name = \"$name\"" -v version="version = \"$version\"" \
                'index($0, name "\n") && index($0, version "\n")' Cargo.lock | sed -n 's/^checksum = "\(.*\)"/\1/p')"
        done
}

# The files that the compiler opened, by what it wrote down itself.
files() {
    sed 's/^[^:]*: //' | tr ' ' '\n' | while read -r file; do [ -z "$file" ] || echo "file $(digest <"$file") $file"; done
}

describe() {
    local lines module
    {
        echo '[dependencies]'
        echo "[target.'cfg(target_arch = \"wasm32\")'.dependencies]"
        grep '^\[profile\.wasm[].]' Cargo.toml
    } | while read -r module; do
        echo "part $(section Cargo.toml "$module" | digest) Cargo.toml $module"
    done >>"$fresh/inputs"
    echo web/wasm/Cargo.toml web/wasm/pdf/Cargo.toml web/wasm/link.rs | files >>"$fresh/inputs"
    lines=$(sort -u "$fresh/inputs")
    echo "# What the modules beside this file were made by and from. Written by web/build.sh."
    echo "toolchain $toolchain"
    for module in "${MODULES[@]}"; do
        echo "wasm $module $(digest <"$fresh/$module.wasm") $(stat -c %s "$fresh/$module.wasm") bytes"
    done
    echo "inputs $(echo "$lines" | digest)"
    echo "$lines"
}

field() { sed -n "s/^$1 //p" "$2"; }

compare() {
    local name ours=$built/SOURCES theirs=$fresh/SOURCES
    for name in inputs toolchain wasm; do
        [ "$(field $name "$ours")" = "$(field $name "$theirs")" ] && continue
        case $name in
            inputs) diff "$ours" "$theirs" >&2 || die "$built is not of these sources: run web/build.sh" ;;
            toolchain) say "$built was made by '$(field toolchain "$ours")', and here is '$toolchain': only the sources were compared, and they are the same"
                return ;;
            wasm) diff "$ours" "$theirs" >&2 || die "the same toolchain and sources gave other modules" ;;
        esac
    done
    for name in "${MODULES[@]}"; do
        gzip -dc "$built/$name.wasm.gz" | cmp - "$fresh/$name.wasm" || die "$built/$name.wasm.gz is not what SOURCES says: run web/build.sh"
    done
    say "$built is what these sources give, byte by byte"
}

case ${1:-} in
    '') check= ;;
    --check) check=1 ;;
    *) sed -n '6,7p' "$0" | cut -c3- >&2; exit 2 ;;
esac
[ -n "$check" ] || command -v brotli >/dev/null || die "needs the program brotli: apt-get install brotli"
choose
say "building with $toolchain"
build_all
if [ -n "$check" ]; then
    compare
    exit
fi
mkdir -p $built
for name in "${MODULES[@]}"; do
    gzip -9n <"$fresh/$name.wasm" >$built/$name.wasm.gz
    brotli -q 11 -w 24 -c "$fresh/$name.wasm" >$built/$name.wasm.br
    say "$built/$name.wasm: $(stat -c %s $built/$name.wasm.gz) bytes by gzip, $(stat -c %s $built/$name.wasm.br) by Brotli, unpacked $(stat -c %s "$fresh/$name.wasm")"
done
cp "$fresh/SOURCES" $built/SOURCES
