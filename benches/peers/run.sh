#!/usr/bin/env bash
# Prints the same certificates with nansen, with reportlab + segno and with WeasyPrint + segno, one after the other on
# this machine, and prints one table.
#
#     run.sh OURS ROWS.csv [DOCUMENTS [WEASYPRINT_DOCUMENTS]]
#
# OURS is a release build of nansen, or of the example print_speed, which prints without signing. DOCUMENTS is 2,000
# unless told, for WeasyPrint 200. Wants in $PYTHON a Python 3.11 or newer with requirements.txt.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2; }
ours="$(realpath "$1")" rows="$(realpath "$2")" documents="${3:-2000}" weasyprint="${4:-200}"
python="${PYTHON:-python3}"
here="$(cd "$(dirname "$0")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

case "$(basename "$ours")" in
    print_speed*)
        "$python" "$here/ours.py" example "$ours" "$rows" "$documents" "$work" >"$work/table"
        symbol=(--version 20) ;;
    *)
        "$python" "$here/ours.py" program "$ours" "$rows" "$documents" "$work" >"$work/table"
        symbol=(--symbols "$work/symbols.jsonl") ;;
esac
"$python" "$here/reportlab_segno.py" "$rows" -n "$documents" "${symbol[@]}" >>"$work/table"
"$python" "$here/weasyprint_segno.py" "$rows" -n "$weasyprint" "${symbol[@]}" >>"$work/table"
"$python" "$here/ours.py" table "$work/table"
