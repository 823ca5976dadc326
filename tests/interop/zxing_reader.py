"""Reads images with zxing-cpp and prints a JSON line for each, in the format of the stress set's scoring tool.

    zxing_reader.py LIST > zxing.jsonl

LIST is a file of image names, one a line, or a folder with a manifest.tsv. A line says which image, which reader, what was
read (hex) and how many milliseconds of CPU that took. Needs zxing-cpp and Pillow.
"""

import json
import sys
import time
from pathlib import Path

import zxingcpp
from PIL import Image


def images(name):
    path = Path(name)
    if path.is_dir():
        manifest = (path / "manifest.tsv").read_text(encoding="utf-8")
        return [path / line.split("\t")[0] for line in manifest.splitlines()]
    return [Path(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main(name):
    for path in images(name):
        with Image.open(path) as image:
            grey = image.convert("L")
        started = time.thread_time()
        symbols = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)
        ms = (time.thread_time() - started) * 1e3
        texts = [bytes(symbol.bytes).hex() for symbol in symbols if symbol.valid]
        print(json.dumps({"img": str(path), "dec": "zxing-cpp", "texts": texts, "ms": round(ms, 3)}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
