#!/usr/bin/env python3
"""Makes the pictures of docs/gallery: a certificate of every type, one in every script, and one on every layout.

    cargo build --release --example print_scripts
    python3 docs/gallery.py target/release/examples/print_scripts

Needs pdftoppm (poppler-utils) and Pillow. Look at every picture before it is committed: what is ugly, clipped or unclear
to a tired clerk is a bug.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

GALLERY = Path(__file__).resolve().parent / "gallery"
DPI = 76
# The guilloche has many faint tones; so many colours keep letters smooth and the files small.
COLOURS = 64
# Small papers are shown larger; the pages of a card and the two sides of a sheet stand beside each other.
LARGER = {"layout-card": 150, "layout-label": 110, "layout-cards": 60}
GAP = 8


def picture_of(pdf, dpi):
    stem = pdf.with_suffix("")
    subprocess.run(["pdftoppm", "-r", str(dpi * 3), "-l", "2", "-png", pdf, stem], check=True)
    pages = [Image.open(file).convert("RGB").reduce(3) for file in sorted(stem.parent.glob(f"{stem.name}-*.png"))
             if file.stem[len(stem.name) + 1:].isdigit()]
    together = Image.new("RGB", (sum(page.width + GAP for page in pages) - GAP, pages[0].height), "#808080")
    left = 0
    for page in pages:
        together.paste(page, (left, 0))
        left += page.width + GAP
    return together


def main():
    program = Path(sys.argv[1]).resolve()
    GALLERY.mkdir(exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([program, work], check=True)
        for pdf in sorted(Path(work).glob("*.pdf")):
            page = picture_of(pdf, LARGER.get(pdf.stem, DPI))
            picture = page.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            target = GALLERY / f"{pdf.stem}.png"
            picture.save(target, optimize=True)
            print(f"{target.name}: {target.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
