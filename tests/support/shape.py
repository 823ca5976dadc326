#!/usr/bin/env python3
"""Shapes what comes in, a JSON line a run, with HarfBuzz, and says where its glyphs are others or elsewhere.

    python3 shape.py FONTS < runs.jsonl
"""

import json
import sys
from pathlib import Path

import uharfbuzz

FONTS = {}


def font(name):
    if name not in FONTS:
        FONTS[name] = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(Path(sys.argv[1]) / name))))
    return FONTS[name]


def main():
    count = 0
    for line in sys.stdin:
        run = json.loads(line)
        buffer = uharfbuzz.Buffer()
        buffer.add_utf8(run["text"].encode())
        buffer.guess_segment_properties()
        buffer.direction = run["direction"]
        if run["language"]:
            buffer.language = run["language"]
        face = font(run["font"])
        optional = {"liga": run["direction"] != "rtl" and not run["tracked"]}
        uharfbuzz.shape(face, buffer, {**optional, "clig": optional["liga"]})
        wanted = [
            [info.codepoint, info.cluster, place.x_advance, place.x_offset, place.y_offset]
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions)
        ]
        em = face.face.upem
        found = [[glyph[0], glyph[1], *(round(number * em) for number in glyph[2:])] for glyph in run["glyphs"]]
        count += 1
        if wanted != found:
            print(f"{run['font']} {run['text']!r}: HarfBuzz {wanted}, here {found}")
    print(f"{count} runs compared", file=sys.stderr)


if __name__ == "__main__":
    main()
