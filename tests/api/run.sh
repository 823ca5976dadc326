#!/usr/bin/env bash
# The API under random requests: schemathesis reads the server's own description and looks for answers that it does not
# allow, for crashes, and for what a signed-out client can do. Wants cargo, and in $PYTHON a Python with requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."

python="${PYTHON:-python3}"
examples="${EXAMPLES:-10}"
cargo build --locked --quiet
nansen="${CARGO_TARGET_DIR:-target}/debug/nansen"

desk="$(mktemp -d)"
server=
trap 'if [ -n "$server" ]; then kill "$server"; fi; rm -rf "$desk"' EXIT
export NANSEN_HOME="$desk/home" NANSEN_PASSPHRASE='random requests only' NANSEN_DESK_PASSPHRASE='random requests only'
"$nansen" init --name 'API Desk' --country KEN </dev/null >"$desk/init"

"$nansen" serve --listen 127.0.0.1:0 2>"$desk/serve" &
server=$!
until NANSEN_API="$(sed -n 's|^gate *\(http.*[0-9]\)/$|\1|p' "$desk/serve")" && [ -n "$NANSEN_API" ]; do
    kill -0 "$server"
    sleep 0.1
done
export NANSEN_API PYTHONPATH=tests/api SCHEMATHESIS_HOOKS=hooks

# Random bytes are no scan and no trust list, and no description can say which are: that they are refused is in order.
fuzz() {
    "$python" -m schemathesis.cli run "$NANSEN_API/api/v1/openapi.json" --url "$NANSEN_API" \
        --checks all --exclude-checks positive_data_acceptance --max-examples "$examples" --seed 1922 --suppress-health-check all \
        --generation-database none --no-color --phases examples,coverage,fuzzing "$@"
}

# Signing out would end the session of the run; it comes last.
fuzz --exclude-method DELETE
fuzz --include-method DELETE

kill -0 "$server"
if grep -q '^error:\|panicked' "$desk/serve"; then
    cat "$desk/serve"
    exit 1
fi
