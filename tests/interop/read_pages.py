"""Reads rendered pages with zxing-cpp and compares them with the texts that were issued.

    read_pages.py SYMBOLS.jsonl PAGE.png...

SYMBOLS.jsonl is what `nansen issue --symbols` writes. Every text must be read from some page as often as it was
issued, and nothing else may be read. Exit 1 names what is missing and what is too much.
"""

import json
import sys
from collections import Counter

import zxingcpp
from PIL import Image


def main(symbols, pages):
    with open(symbols, encoding="utf-8") as lines:
        issued = [json.loads(line) for line in lines if line.strip()]
    wanted = Counter(text for credential in issued for text in credential["text"])
    found = Counter()
    for page in pages:
        with Image.open(page) as image:
            found.update(symbol.text for symbol in zxingcpp.read_barcodes(image) if symbol.valid)
    for credential in issued:
        for part, text in enumerate(credential["text"], start=1):
            if found[text] < wanted[text]:
                print(f"row {credential['row']}, {credential['serial']}: symbol {part} was not read", file=sys.stderr)
    for text in found - wanted:
        print(f"read but not issued: {text[:60]!r}", file=sys.stderr)
    print(f"{sum((wanted & found).values())} of {sum(wanted.values())} symbols read from {len(pages)} pages")
    return 0 if wanted and found == wanted else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
