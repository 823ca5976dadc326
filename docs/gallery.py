#!/usr/bin/env python3
"""Makes the pictures of docs/gallery: a certificate of every type and one in every script.

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


def main():
    program = Path(sys.argv[1]).resolve()
    GALLERY.mkdir(exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([program, work], check=True)
        for pdf in sorted(Path(work).glob("*.pdf")):
            stem = Path(work) / pdf.stem
            subprocess.run(["pdftoppm", "-r", str(DPI * 3), "-png", "-singlefile", pdf, stem], check=True)
            page = Image.open(f"{stem}.png").convert("RGB").reduce(3)
            picture = page.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            target = GALLERY / f"{pdf.stem}.png"
            picture.save(target, optimize=True)
            print(f"{target.name}: {target.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
