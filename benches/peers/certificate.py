"""The registration certificate as the peers print it: the same boxes, labels, words, fonts and symbol as ours.

Everything is read from the repository (templates/registration/a4.toml, type.toml, templates/words.toml, fonts/), so the
peers change with our page. Only what a printer of theirs needs is here; drawing is in reportlab_segno.py and
weasyprint_segno.py.
"""

import argparse
import csv
import functools
import json
import random
import resource
import sys
import time
import tomllib
from pathlib import Path

import segno

ROOT = Path(__file__).resolve().parents[2]
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ISSUER, COUNTRY = "Lakeside registration desk", "KEN"
# The font of a script by the first letter that is not Latin; ours falls back letter by letter.
SCRIPTS = [(0x0600, 0x06FF, "NotoNaskhArabic"), (0x0980, 0x09FF, "NotoSansBengali"), (0x0B80, 0x0BFF, "NotoSansTamil"),
           (0x1000, 0x109F, "NotoSansMyanmar"), (0x1200, 0x137F, "NotoSansEthiopic"),
           (0x10D00, 0x10D3F, "NotoSansHanifiRohingya")]
RIGHT_TO_LEFT = {"ar", "fa", "ps", "ur", "rhg"}


def _toml(path):
    with open(ROOT / path, "rb") as file:
        return tomllib.load(file)


@functools.cache
def layout():
    """Boxes by name and styles by name of our A4 page."""
    page = _toml("templates/registration/a4.toml")
    return {box["name"]: box for box in page["box"]}, page["style"]


@functools.cache
def fields():
    return _toml("templates/registration/type.toml")


@functools.cache
def words(language):
    every = _toml("templates/words.toml")
    return {**every["en"], **every.get(language, {})}


def two(label, language):
    """A text in the holder's language and in English, or in English alone."""
    own = label.get(language)
    return f"{own} · {label['en']}" if own and own != label["en"] else label["en"]


class Certificate:
    """One row, ready to be set: plain texts and the symbol's modules."""

    def __init__(self, row, number, version, text=None):
        self.language = language = row["native_language"] or "en"
        own, english = words(language), words("en")
        title = fields()["title"]
        self.title, self.title_second = title.get(language, title["en"]), title["en"]
        latin = " ".join(filter(None, (row["given_names"], row["family_name"])))
        self.name, self.name_second = row["native_name"] or latin, latin if row["native_name"] else ""
        self.fields = []
        for field in fields()["field"]:
            value = row.get(field["name"], "")
            if field.get("print", True) and value:
                values = {choice["name"]: choice["label"] for choice in field.get("values", [])}
                shown = two(values[value], language) if value in values else value
                self.fields.append((two(field["label"], language), shown))
        self.particulars = [(f"{own['serial']} · {english['serial']}", f"SER{number:04}-X2RW"),
                            (f"{own['issued']} · {english['issued']}", "2026-01-08")]
        self.how = [(own["how"], own["steps"])] if own["how"] != english["how"] else []
        self.how.append((english["how"], english["steps"]))
        self.caption = two({language: own["caption"], "en": english["caption"]}, language)
        self.scale = two({language: own["scale"], "en": english["scale"]}, language)
        self.symbol_label = english["symbol"]
        self.symbol = symbol(number, version, text)


def symbol(number, version, text):
    """The symbol of the text at level Q; without one, of random alphanumeric text that just fills the version."""
    if text:
        return segno.make_qr(text, error="q", boost_error=False)
    letters = CAPACITY_Q[version]
    text = "NP1:" + "".join(random.Random(number).choices(BASE45, k=letters - 4))
    return segno.make_qr(text, error="q", version=version, mode="alphanumeric", boost_error=False)


# Letters of the alphanumeric mode at level Q (ISO/IEC 18004).
CAPACITY_Q = {11: 259, 12: 296, 13: 352, 14: 376, 15: 426, 16: 470, 17: 531, 18: 574, 19: 644, 20: 702}


def font_of(text):
    """The font file's stem for a text: by its first letter of a script of its own."""
    for letter in text:
        for first, last, font in SCRIPTS:
            if first <= ord(letter) <= last:
                return font
    return "NotoSans"


def arguments(documents):
    """The command line that both peers share."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path, help="CSV with the columns of templates/registration/sample.csv")
    parser.add_argument("-n", type=int, default=documents, help=f"documents, the rows repeated (default {documents})")
    parser.add_argument("-o", type=Path, default=None, help="keep the PDF of the one-file run here")
    parser.add_argument("--version", type=int, default=15, choices=CAPACITY_Q, help="version of the symbol (default 15)")
    parser.add_argument("--symbols", type=Path, default=None,
                        help="what `nansen issue --symbols` wrote for the same rows: its texts instead of random ones")
    return parser.parse_args()


def texts(path):
    """The text of each credential, by its place in the list."""
    if path is None:
        return []
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["text"][0] for line in lines]


def rows(path, count):
    with open(path, encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    return [every[at % len(every)] for at in range(count)]


def report(peer, print_all, options, separate=50):
    """Times one file of all documents, then separate files, and prints the figures on one line of key=value."""
    people = rows(options.rows, options.n)
    said = dict(enumerate(texts(options.symbols)))
    certificates = lambda part: (Certificate(row, at, options.version, said.get(at)) for at, row in enumerate(part))
    print_all(certificates(people[:1]))  # reads the fonts, which a long run does once
    started, busy = time.perf_counter(), time.process_time()
    data = print_all(certificates(people))
    one, busy = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.o:
        options.o.write_bytes(data)
    few = people[:separate]
    started = time.perf_counter()
    size = sum(len(print_all(iter([certificate]))) for certificate in certificates(few))
    each = (time.perf_counter() - started) / len(few)
    print(f"peer={peer} documents={options.n} ms={1000 * one / options.n:.2f} "
          f"cpu_ms={1000 * busy / options.n:.2f} kb={len(data) / 1000 / options.n:.1f} "
          f"peak_mb={peak:.0f} separate_ms={1000 * each:.2f} separate_kb={size / 1000 / len(few):.1f}")
