#!/usr/bin/env bash
# The gate and the desk in a real Chromium, against the real server. Needs node 20, npm and Chromium; without one of them it says
# so and leaves. NANSEN_BIN names a built program, else one is built; NANSEN_SCREENSHOTS names a folder for pictures.
set -euo pipefail
cd "$(dirname "$0")"

skip() { echo "browser tests skipped: $1"; exit 0; }

command -v node >/dev/null || skip "node is not installed (Debian: apt-get install nodejs npm chromium)"
command -v npm >/dev/null || skip "npm is not installed (Debian: apt-get install npm)"
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || skip "node $(node --version) is older than 20"
if [ -z "${CHROMIUM:-}" ]; then
    CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
fi
[ -n "$CHROMIUM" ] || skip "Chromium is not installed (Debian: apt-get install chromium)"
command -v pdftoppm >/dev/null || skip "pdftoppm is not installed (Debian: apt-get install poppler-utils)"

if [ -z "${NANSEN_BIN:-}" ]; then
    cargo build --release --locked --bin nansen --manifest-path ../../Cargo.toml
    NANSEN_BIN=$(realpath "${CARGO_TARGET_DIR:-../../target}/release/nansen")
fi
export NANSEN_BIN CHROMIUM

# Nothing is downloaded but the two packages of the lock file; playwright-core brings no browser.
if [ ! -d node_modules/playwright-core ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund --loglevel=error
fi
# One file after another: time is measured in some of them.
exec node --test --test-concurrency=1 --test-reporter=spec "$@"
