#!/usr/bin/env bash
# What nansen issues, checked by programs that share no code with it: check.py opens the texts and checks the
# signatures, read_pages.py reads the printed pages as poppler renders them.
# Wants cargo, pdftoppm, and in $PYTHON a Python 3.11 or newer with requirements.txt, zxing-cpp and pillow.
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

echo 'interop: every text, every signature and every page agrees'
