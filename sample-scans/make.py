#!/usr/bin/env python3
"""Makes the sample scans anew: issues papers with nansen, prints them, and puts them through scanners and cameras.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install opencv-python-headless numpy pillow segno
    /tmp/venv/bin/python sample-scans/make.py target/release/nansen

Also needs pdftoppm (poppler-utils). The desks and their keys live in a temporary folder and are gone afterwards, so
that every run gives new serials, new symbols and a new trust bundle. The people are invented.
"""

import csv
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import segno
from PIL import Image

import camera
import face

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parent / "templates"
REGISTRATION = (
    "individual_id,given_names,family_name,native_name,native_language,date_of_birth,sex,nationality,country_of_origin,"
    "place_of_birth,arrival_date,legal_status,household,address"
).split(",")
DIPLOMA = (
    "individual_id,given_names,family_name,native_name,native_language,date_of_birth,title,awarding_body,"
    "awarding_country,awarded_on,eqf_level,ects_credits,isced_f,language,grade,diploma_number"
).split(",")
TRAINING = (
    "individual_id,given_names,family_name,native_name,native_language,date_of_birth,achievement,provider,started_on,"
    "completed_on,hours,eqf_level,esco_skill,role"
).split(",")
VACCINATION = (
    "vaccination_number,given_names,family_name,date_of_birth,disease,vaccine,product,manufacturer,dose,doses,date,"
    "country,certificate_issuer"
).split(",")
HOUSEHOLD = (
    "household,individual_id,given_names,family_name,native_name,native_language,date_of_birth,sex,relationship"
).split(",")

OLENA = ["KEN-41C00001", "Olena", "Kovalchuk", "Олена Ковальчук", "uk", "2001-11-30", "F", "UKR", "UKR", "Kharkiv", "2023-01-15", "temporary-protection", "HH-41001", "Block 2-A, shelter 308"]
NUR = ["KEN-41C00002", "Nur", "Begum", "নূর বেগম", "bn", "1979-08", "F", "XXA", "MMR", "Maungdaw", "2018-09-02", "stateless", "HH-41002", "Block 12-D, shelter 7"]
NAJIB = ["KEN-41C00003", "Najib", "Rahimi", "نجیب رحیمی", "fa", "1987~", "M", "AFG", "AFG", "Herat", "2025-06-21", "asylum-seeker", "HH-41003", "Block 9-B, shelter 45"]
ALMAZ = ["KEN-41C00004", "Almaz", "Tesfaye", "አልማዝ ተስፋዬ", "am", "1994-02-11", "F", "ETH", "ETH", "Jijiga", "2024-01-03", "refugee", "HH-41004", "Block 7-A, shelter 247"]
AXMED = ["KEN-41C00005", "Axmed", "Cabdi Nuur", "", "", "1965", "M", "SOM", "SOM", "Baidoa", "2022-12-11", "refugee", "HH-41005", "Block 1-F, shelter 520"]
GRACE = ["KEN-41C00006", "Grace", "Lokiru", "", "", "1999-07-19", "F", "SSD", "SSD", "Torit", "2025-03-30", "refugee", "HH-41006", "Block 3-C, shelter 19"]
DAWIT = ["KEN-41C00007", "Dawit", "Gebremariam", "ዳዊት ገብረማርያም", "ti", "1983-12-05", "M", "ERI", "ERI", "Asmara", "2021-10-14", "refugee", "HH-41007", "Block 4-C, shelter 112"]
LEYLA = ["KEN-41C00008", "Leyla", "Karimi", "لیلا کریمی", "fa", "1996-05-27", "F", "AFG", "AFG", "Mazar-i-Sharif", "2024-08-08", "asylum-seeker", "HH-41008", "Block 9-D, shelter 3"]
PIERRE = ["KEN-41C00009", "Pierre", "Habimana", "", "fr", "1972-03", "M", "BDI", "BDI", "Gitega", "2019-05-17", "refugee", "HH-41009", "Block 5-E, shelter 88"]
RANIA = ["KEN-42C00001", "Rania", "Haddad", "رانيا حداد", "ar", "1988-10-19", "Bachelor of Laws", "University of the Euphrates", "SYR", "2011-06-30", "6", "240", "0421", "ar", "very good", "L-2011-1180"]
THIDA = ["KEN-43C00001", "Thida", "Win", "သီတာဝင်း", "my", "1996-12-01", "Tailoring and garment making", "Camp 4 Community College", "2026-02-02", "2026-05-29", "240", "3", "", "trainee"]
YUSUF = ["KEN-43C00002", "Yusuf", "Abdi", "", "", "1999", "Solar panel installation", "Kakuma Skills Hub", "2026-01-12", "2026-04-24", "180", "4", "", "trainee"]
NOELLA = ["KKM/000141", "Noëlla", "N'Simba", "2001-10", "covid-19", "viral-vector", "jcovden", "janssen-cilag-international", "1", "1", "2022-01-20", "UGA", "Ministry of Health"]

GIVEN = "Amina,Baraka,Chantal,Deogratias,Espérance,Faustin,Goreth,Hassani,Immaculée,Joséphine,Kabura,Léonard,Mwajuma,Nadège,Olivier,Providence,Rehema,Salvator,Tatiana,Vestine,Wilondja,Yvette,Zawadi,Aristide".split(",")
WOMEN = "FMFMFMFMFFMFMFMFFMFM"
FAMILY = "Ndayishimiye,Bukuru,Nahimana,Mwamba".split(",")


class Desk:
    """An issuer in a folder of its own."""

    def __init__(self, nansen, folder, name, country):
        self.nansen, self.folder = nansen, folder
        folder.mkdir()
        self.run("init", "--name", name, "--country", country)

    def run(self, *arguments):
        environment = dict(os.environ, NANSEN_HOME=str(self.folder / "home"), NANSEN_PASSPHRASE="sample")
        subprocess.run([self.nansen, *map(str, arguments)], check=True, env=environment, cwd=self.folder)

    def issue(self, name, kind, columns, rows, *options):
        """Issues a list; gives a paper for each credential, with its page, symbol texts, serial and first row."""
        lines = self.folder / f"{name}.jsonl"
        with open(self.folder / f"{name}.csv", "w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([columns, *rows])
        self.run("issue", kind, f"{name}.csv", "-o", f"{name}.pdf", "--symbols", lines, *options)
        issued = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
        row = dict(zip(columns, rows[0]))
        return [Paper(self.folder / f"{name}.pdf", page, each, row) for page, each in enumerate(issued, 1)]


class Paper:
    """A printed certificate."""

    def __init__(self, pdf, page, issued, row):
        self.pdf, self.number, self.row = pdf, page, row
        self.serial, self.texts = issued["serial"], issued["text"]

    def page(self, dpi):
        """The page as a picture."""
        stem = self.pdf.with_suffix("")
        size = ["-r", str(dpi), "-f", str(self.number), "-l", str(self.number), "-singlefile"]
        subprocess.run(["pdftoppm", *size, "-png", self.pdf, stem], check=True)
        return cv2.imread(f"{stem}.png")


def expected(source, verdict, reason, kind, paper=None, claims=(), **more):
    """What `nansen verify --format json` must say of one paper, as far as it was known when the paper was made."""
    found = {"source": source, "type": kind, "verdict": verdict, "reason": reason}
    if paper:
        found["serial"] = paper.serial
    if claims:
        found["claims"] = {column: paper.row[column] for column in claims}
    return found | more


def symbol_box(page, dpi):
    """Where the symbol stands on a page: the largest solid patch once the gaps between modules are closed."""
    dark = (camera.grey(page) < 100).astype(np.uint8)
    gap = int(dpi * 0.09)
    closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap, gap)))
    closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((dpi // 2, dpi // 2)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    x, y, width, height, _ = max(stats[1:], key=lambda each: each[cv2.CC_STAT_AREA])
    return x, y, width, height


BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def falsified(text):
    """The text with one byte of the signature changed, as the paper of somebody without the key would have it."""
    head, body = text[:4], text[4:]
    at = 30  # the lowest of the three digits of two bytes, so that they remain two bytes
    value = BASE45.index(body[at])
    return head + body[:at] + BASE45[value - 1 if value else 1] + body[at + 1 :]


def forged(paper, dpi):
    """A paper whose symbol was drawn by the forger over the printed one."""
    page = paper.page(dpi)
    x, y, width, height = symbol_box(page, dpi)
    symbol = segno.make_qr(falsified(paper.texts[0]), error="q", boost_error=False)
    modules = np.array([[0 if dark else 255 for dark in row] for row in symbol.matrix], np.uint8)
    margin = dpi // 20
    page[y - margin : y + height + margin, x - margin : x + width + margin] = 255
    drawn = cv2.resize(modules, (width, height), interpolation=cv2.INTER_NEAREST)
    page[y : y + height, x : x + width] = drawn[..., None]
    return page


def crowded_template(folder):
    """The household certificate for many members: a longer table, and a strip of symbols along the foot."""
    folder.mkdir()
    source = TEMPLATES / "household"
    (folder / "type.toml").write_bytes((source / "type.toml").read_bytes())
    layout = (source / "a4.toml").read_text("utf-8")
    places = {
        "members": "at = [20, 94]\nsize = [170, 114]",
        "fields": "at = [20, 76]\nsize = [170, 16]",
        "foot rule": "at = [20, 210]\nsize = [170, 0.3]",
        "symbol": "at = [96, 228]\nsize = [94, 28]",
        "caption": "at = [96, 257]\nsize = [94, 6]",
        "particulars": "at = [20, 213]\nsize = [104, 12]",
        "how to check": "at = [20, 229]\nsize = [72, 44]",
    }
    for name, place in places.items():
        layout, count = re.subn(rf'(name = "{name}"\nshow = "[a-z-]+"\n)at = .*\nsize = .*', rf"\g<1>{place}", layout)
        assert count == 1, name
    (folder / "a4.toml").write_text(layout, "utf-8")


def household():
    relations = ["principal", "spouse", "parent"] + ["child"] * 6 + ["in-law"] * 2 + ["grandchild"] * 5 + ["sibling"] * 2 + ["niece-nephew"] * 2
    years = [1962, 1958, 1937, 1984, 1986, 1989, 1993, 1996, 2001, 1985, 1990, 2008, 2011, 2014, 2019, 2023, 1965, 1970, 1995, 1998]
    people = []
    for number, (given, relation, year) in enumerate(zip(GIVEN, relations, years)):
        born = f"{year}-{1 + number * 5 % 12:02}-{1 + number * 11 % 28:02}"
        individual = f"KEN-44C{12345 + number * 7919 % 87654:05}"
        people.append(["HH-41020", individual, given, FAMILY[number % 4], "", "", born, WOMEN[number], relation])
    return people


class Folder:
    """The folder of the samples."""

    def __init__(self):
        for old in HERE.iterdir():
            if old.suffix in {".png", ".jpg", ".pdf", ".expect"}:
                old.unlink()

    def picture(self, name, image, found, quality=72, bits=None, dpi=None, exif=None):
        if image.ndim == 3:
            image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        picture = Image.fromarray(image)
        if bits == 1:
            picture = picture.convert("1", dither=Image.Dither.NONE)
        if bits == 5:
            picture = picture.quantize(32, dither=Image.Dither.NONE)
        options = {"dpi": (dpi, dpi)} if dpi else {}
        if exif:
            options["exif"] = exif
        picture.save(HERE / name, quality=quality, optimize=True, **options)
        self.expect(name, found)

    def scans(self, name, images, found, dpi):
        """Scanned pages in one PDF."""
        first, *rest = [Image.fromarray(image) for image in images]
        first.save(HERE / name, save_all=True, append_images=rest, resolution=dpi, quality=60)
        self.expect(name, found)

    def expect(self, name, found):
        lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in found)
        (HERE / f"{name}.expect").write_text(lines, "utf-8")


NAMES = ("individual_id", "given_names", "family_name", "date_of_birth")
NATIVE = (*NAMES, "native_name")


def flat(folder, desk, rng):
    """Papers on scanners and copiers."""
    photos = desk.folder / "photos"
    photos.mkdir()
    face.draw(skin=(222, 178, 152), hair=(118, 78, 46), cloth=(58, 92, 88), long_hair=True).save(photos / f"{OLENA[0]}.jpg")
    [olena] = desk.issue("clean", "registration", REGISTRATION, [OLENA], "--photos", "photos")
    photo = {"media_type": "image/webp"}
    found = expected("clean.png", "valid", None, "registration", olena, (*NATIVE, "legal_status", "address"), photo=photo)
    folder.picture("clean.png", camera.flat_scan(olena.page(200), rng), [found], bits=5, dpi=200)

    [nur] = desk.issue("tilted", "registration", REGISTRATION, [NUR])
    found = expected("tilted.jpg", "valid", None, "registration", nur, NATIVE)
    folder.picture("tilted.jpg", camera.tilted_scan(nur.page(150), rng, 8.5), [found], quality=50, dpi=150)

    [thida] = desk.issue("photocopy", "training", TRAINING, [THIDA])
    found = expected("photocopy.png", "valid", None, "training", thida, (*NATIVE, "achievement", "provider", "completed_on"))
    folder.picture("photocopy.png", camera.photocopy(thida.page(200), rng, 200), [found], bits=1, dpi=200)

    [axmed] = desk.issue("two-a", "registration", REGISTRATION, [AXMED])
    [yusuf] = desk.issue("two-b", "training", TRAINING, [YUSUF])
    halves = [camera.tilted_scan(cv2.resize(each.page(300), (1130, 1600), interpolation=cv2.INTER_AREA), rng, angle, lid=225) for each, angle in ((axmed, 1.2), (yusuf, -2.0))]
    tall = max(half.shape[0] for half in halves)
    sheet = np.hstack([cv2.copyMakeBorder(half, 0, tall - half.shape[0], 0, 0, cv2.BORDER_REPLICATE) for half in halves])
    name = "two-on-one-page.pdf"
    found = [expected(name, "valid", None, "registration", axmed, NAMES, page=1), expected(name, "valid", None, "training", yusuf, (*NAMES, "achievement"), page=1)]
    folder.scans(name, [sheet], found, 200)

    [noella] = desk.issue("hcert", "vaccination", VACCINATION, [NOELLA])
    found = expected("hcert.png", "valid", None, "vaccination", noella, ("vaccination_number", "given_names", "family_name", "date_of_birth", "product", "dose", "doses"), format="hcert")
    folder.picture("hcert.png", camera.flat_scan(noella.page(150), rng), [found], bits=5, dpi=150)


def photographed(folder, desk, rng):
    """Papers before a telephone."""
    photos = desk.folder / "portraits"
    photos.mkdir()
    face.draw(skin=(198, 148, 112), hair=(30, 24, 22), cloth=(70, 74, 92), beard=True).save(photos / f"{NAJIB[0]}.jpg")
    [najib] = desk.issue("photographed", "registration", REGISTRATION, [NAJIB], "--photos", "portraits")
    found = expected("photographed.jpg", "valid", None, "registration", najib, (*NATIVE, "legal_status"))
    corners = [(0.17, 0.07), (0.87, 0.045), (0.955, 0.93), (0.05, 0.955)]
    image = camera.photograph(najib.page(300), rng, corners, size=(1860, 2480), blur=0.8, shade=((0.0, 0.52), (0.75, 1.0)))
    # Held upright, the telephone stores the picture lying on its side and says so.
    exif = Image.Exif()
    exif[0x0112] = 6
    folder.picture("photographed.jpg", cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE), [found], quality=60, exif=exif)

    [almaz] = desk.issue("folded", "registration", REGISTRATION, [ALMAZ])
    found = expected("folded.jpg", "valid", None, "registration", almaz, NATIVE)
    page = camera.fold(almaz.page(220), rng, across=(74.2, 148.5, 222.8), down=(105,), dpi=220)
    corners = [(0.08, 0.06), (0.925, 0.075), (0.94, 0.945), (0.05, 0.94)]
    folder.picture("folded.jpg", camera.photograph(page, rng, corners, desk="cloth", curl=5, light=(0.8, 0.1), warmth=0.98), [found])

    [rania] = desk.issue("diploma", "diploma", DIPLOMA, [RANIA])
    found = expected("diploma-arabic.jpg", "valid", None, "diploma", rania, (*NATIVE, "title", "awarding_body", "awarded_on"))
    corners = [(0.07, 0.12), (0.90, 0.05), (0.95, 0.90), (0.12, 0.965)]
    folder.picture("diploma-arabic.jpg", camera.photograph(rania.page(220), rng, corners, desk="metal", curl=4, light=(0.9, 0.0), warmth=1.0), [found])

    [pierre] = desk.issue("claim169", "registration", REGISTRATION, [PIERRE], "--wire", "claim169")
    found = expected("claim169.jpg", "valid", None, "registration", pierre, ("individual_id", "given_names", "family_name", "legal_status"), format="claim169")
    corners = [(0.12, 0.03), (0.955, 0.10), (0.90, 0.965), (0.05, 0.92)]
    folder.picture("claim169.jpg", camera.photograph(pierre.page(220), rng, corners, curl=6, light=(0.5, 0.4), warmth=1.09), [found])


def refused(folder, desk, stranger, rng):
    """Papers that are not to be accepted, or not by what this verifier knows."""
    [grace] = desk.issue("forged", "registration", REGISTRATION, [GRACE])
    found = expected("forged.jpg", "invalid", "bad-signature", None) | {"claims": None}
    corners = [(0.06, 0.05), (0.93, 0.08), (0.91, 0.95), (0.09, 0.96)]
    folder.picture("forged.jpg", camera.photograph(forged(grace, 220), rng, corners, desk="metal", curl=5, light=(0.1, 0.0)), [found])

    today = datetime.datetime.now(datetime.timezone.utc).date()
    [dawit] = desk.issue("expired", "registration", REGISTRATION, [DAWIT], "--valid-until", today)
    found = expected("expired.jpg", "invalid", "expired", "registration", dawit, NATIVE)
    folder.picture("expired.jpg", camera.tilted_scan(dawit.page(150), rng, -3.5, lid=150), [found], quality=50, dpi=150)

    [leyla] = desk.issue("revoked", "registration", REGISTRATION, [LEYLA])
    desk.run("revoke", leyla.serial, "--reason", "reported as lost")
    found = expected("revoked.png", "invalid", "revoked", "registration", leyla, NATIVE)
    folder.picture("revoked.png", camera.flat_scan(leyla.page(150), rng), [found], bits=5, dpi=150)

    [other] = stranger.issue("unknown", "registration", REGISTRATION, [GRACE])
    found = expected("unknown-issuer.jpg", "undecided", "unknown-issuer", None) | {"claims": None}
    corners = [(0.10, 0.09), (0.90, 0.04), (0.95, 0.94), (0.04, 0.96)]
    folder.picture("unknown-issuer.jpg", camera.photograph(other.page(220), rng, corners, curl=6, light=(0.7, 0.9)), [found])


def torn(folder, desk, rng):
    """A large household whose symbol went out in parts, of which one may be missing, but not two."""
    crowded_template(desk.folder / "crowded")
    [paper] = desk.issue("parts", "household", HOUSEHOLD, household(), "--template", "crowded")
    print(f"household in {len(paper.texts)} parts", file=sys.stderr)
    page = paper.page(200)
    found = expected("parts.jpg", "valid", None, "household", paper, ("household",))
    image = camera.tear(page, rng, (134, 300), (213, 184))
    folder.picture("parts.jpg", camera.tilted_scan(image, rng, 1.4, lid=96), [found], quality=50, dpi=200)
    found = expected("parts-missing.jpg", "undecided", "incomplete", None) | {"claims": None}
    image = camera.tear(page, rng, (92, 300), (213, 172))
    folder.picture("parts-missing.jpg", camera.tilted_scan(image, rng, -1.1, lid=96), [found], quality=50, dpi=200)


def main():
    nansen = Path(sys.argv[1]).resolve()
    rng = np.random.default_rng(1922)
    folder = Folder()
    with tempfile.TemporaryDirectory() as work:
        desk = Desk(nansen, Path(work) / "north", "Registration Desk North", "KEN")
        stranger = Desk(nansen, Path(work) / "south", "Registration Desk South", "KEN")
        flat(folder, desk, rng)
        photographed(folder, desk, rng)
        refused(folder, desk, stranger, rng)
        torn(folder, desk, rng)
        (HERE / "trust").mkdir(exist_ok=True)
        desk.run("trust", "export", HERE / "trust" / "north.bundle")
    total = sum(path.stat().st_size for path in HERE.rglob("*") if path.is_file())
    print(f"{total / 1e6:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
