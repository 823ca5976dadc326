#!/usr/bin/env bash
# What nansen issues, checked by programs that share no code with it: check.py opens the texts and checks the
# signatures, read_pages.py reads the printed pages as poppler renders them, pdfa_check.py holds the files of every layout
# against PDF/A-3a and PDF/UA-1, and seams.py looks for light lines in symbols.
# Wants cargo, pdftoppm, and in $PYTHON a Python 3.11 or newer with requirements.txt and requirements-pdf.txt. veraPDF
# checks the same files once more when $NANSEN_VERAPDF names it (called as: FILE... 3a ua1).
set -euo pipefail
cd "$(dirname "$0")/../.."

python="${PYTHON:-python3}"
cargo build --locked --quiet
nansen="${CARGO_TARGET_DIR:-target}/debug/nansen"

desk="$(mktemp -d)"
trap 'rm -rf "$desk"' EXIT
export NANSEN_HOME="$desk/home" NANSEN_PASSPHRASE='interop only'

"$nansen" init --name 'Interop Desk' --country KEN </dev/null
"$nansen" key export --public --pem >"$desk/key.pem"

# issue WIRE TYPE [OPTION…]: issues the type's sample list, checks its texts, then its pages.
issue() {
    local wire="$1" type="$2" name="$1-$2"
    shift 2
    printf '== %s\n' "$name"
    "$nansen" issue "$type" "templates/$type/sample.csv" -o "$desk/$name.pdf" --wire "$wire" \
        --symbols "$desk/$name.jsonl" "$@" </dev/null
    "$python" tests/interop/check.py "$desk/$name.jsonl" "$desk/key.pem" --rows "templates/$type/sample.csv" --quiet
    mkdir "$desk/$name"
    pdftoppm -r 150 -gray -png "$desk/$name.pdf" "$desk/$name/page"
    "$python" tests/interop/read_pages.py "$desk/$name.jsonl" "$desk/$name"/page*.png
    "$nansen" verify --format json "$desk/$name"/page*.png >"$desk/$name.verdicts"
}

for type in registration diploma training household; do
    issue nansen "$type"
done
# The same persons again, in the format that other verifiers read.
issue claim169 registration --reissue
issue hcert vaccination

# A manifest, a file that goes on in a second one, and every type on every layout.
printf '== every type and layout\n'
mkdir "$desk/layouts"
"$nansen" issue training templates/training/sample.csv -o "$desk/layouts/training.pdf" --volume 1 --reissue </dev/null >"$desk/log" 2>&1
for layout in a4 card cards cards-fold foldout label label80 letter; do
    for type in registration diploma training household vaccination; do
        "$nansen" issue "$type" templates/"$type"/sample.csv -o "$desk/layouts/$type-$layout.pdf" --layout "$layout" \
            --reissue </dev/null >"$desk/log" 2>&1 || { cat "$desk/log"; exit 1; }
    done
done
"$python" tests/interop/pdfa_check.py "$desk"/layouts/*.pdf >"$desk/log" || { grep -v ^PASS "$desk/log"; exit 1; }
"$python" tests/interop/pdfa_selftest.py "$desk/layouts/registration-a4.pdf"
if command -v qpdf >/dev/null; then
    for pdf in "$desk"/layouts/*.pdf; do
        qpdf --check "$pdf" >"$desk/log" || { cat "$desk/log"; exit 1; }
    done
fi
if [ -n "${NANSEN_VERAPDF:-}" ]; then
    "$NANSEN_VERAPDF" "$desk"/layouts/*.pdf 3a ua1 >"$desk/log" || { grep -v ^PASS "$desk/log"; exit 1; }
fi
"$python" tests/interop/seams.py "$desk/layouts/registration-a4.pdf"

echo 'interop: every text, every signature and every page agrees'
