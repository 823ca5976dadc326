#!/usr/bin/env python3
"""Makes the pictures of the README: a printed certificate, and the verdict on it as a terminal shows it.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install opencv-python-headless numpy pillow segno
    /tmp/venv/bin/python docs/pictures.py target/release/nansen

Also needs pdftoppm (poppler-utils), script (util-linux), and the fonts DejaVu Sans Mono and Noto Sans Ethiopic.
"""

import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sample-scans"))

import face  # noqa: E402
import make  # noqa: E402

FONTS = Path("/usr/share/fonts/truetype")
MONO = [FONTS / "dejavu/DejaVuSansMono.ttf", FONTS / "dejavu/DejaVuSansMono-Bold.ttf"]
ETHIOPIC = [FONTS / "noto/NotoSansEthiopic-Regular.ttf", FONTS / "noto/NotoSansEthiopic-Bold.ttf"]
SIZE = 26
GROUND, INK = (24, 27, 33), (216, 220, 226)
COLOURS = [(40, 44, 52), (224, 90, 90), (104, 196, 110), (222, 178, 84), (92, 152, 232), (196, 120, 214), (84, 190, 200), INK]
BRIGHT = [(120, 128, 140), (240, 120, 120), (140, 224, 144), (240, 204, 120), (130, 180, 250), (220, 154, 236), (120, 214, 222), (250, 250, 250)]


class Style:
    """The state of the terminal's pen."""

    def __init__(self):
        self.bold, self.faint, self.swapped, self.ink, self.ground = False, False, False, None, None

    def obey(self, codes):
        """Takes the numbers of a “select graphic rendition” sequence."""
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.__init__()
            elif code in (1, 2, 7, 22, 27):
                self.bold, self.faint = code == 1 or self.bold and code != 22, code == 2 or self.faint and code != 22
                self.swapped = code == 7 or self.swapped and code != 27
            elif code in (38, 48):
                colour = self.wide(codes)
                if code == 38:
                    self.ink = colour
                else:
                    self.ground = colour
            elif code in (39, 49):
                self.ink, self.ground = (None if code == 39 else self.ink), (None if code == 49 else self.ground)
            elif code // 10 in (3, 9):
                self.ink = (COLOURS if code < 90 else BRIGHT)[code % 10]
            elif code // 10 in (4, 10):
                self.ground = (COLOURS if code < 100 else BRIGHT)[code % 10]

    @staticmethod
    def wide(codes):
        """One of 256 colours, or a colour by its three parts."""
        if codes.pop(0) == 2:
            return tuple(codes.pop(0) for _ in range(3))
        number = codes.pop(0)
        if number < 16:
            return (COLOURS + BRIGHT)[number]
        if number >= 232:
            return (8 + 10 * (number - 232),) * 3
        steps = [0, 95, 135, 175, 215, 255]
        return tuple(steps[(number - 16) // base % 6] for base in (36, 6, 1))

    def pair(self):
        ink, ground = self.ink or INK, self.ground or GROUND
        if self.faint:
            ink = tuple((a + b) // 2 for a, b in zip(ink, ground))
        return (ground, ink) if self.swapped else (ink, ground)


def cells(letter):
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def terminal(text):
    """A picture of what a terminal shows for `text`."""
    mono, ethiopic = ([ImageFont.truetype(str(path), SIZE) for path in paths] for paths in (MONO, ETHIOPIC))
    wide, high = mono[0].getlength("M"), round(SIZE * 1.2)
    lines = [re.split(r"(\x1b\[[0-9;]*m)", re.sub(r"\x1b\[[0-9;?]*[A-Za-ln-z]", "", line)) for line in text.split("\n")]
    plain = ["".join(parts[::2]) for parts in lines]
    columns = max(sum(map(cells, line)) for line in plain)
    picture = Image.new("RGB", (round(columns * wide) + 56, len(lines) * high + 48), GROUND)
    pen, style = ImageDraw.Draw(picture), Style()
    for row, parts in enumerate(lines):
        x, y = 28.0, 24 + row * high
        for index, part in enumerate(parts):
            if index % 2:
                style.obey(part[2:-1])
                continue
            for run in re.findall(r"[\u1200-\u139f][\u1200-\u139f ]*[\u1200-\u139f]|.", part):
                ink, ground = style.pair()
                width = wide * sum(map(cells, run))
                box = [round(x), y, round(x + width) - 1, y + high - 1]
                if ground != GROUND:
                    pen.rectangle(box, fill=ground)
                if run in "▀▄█":
                    middle = y + high // 2
                    half = {"▀": [box[0], y, box[2], middle - 1], "▄": [box[0], middle, box[2], box[3]], "█": box}[run]
                    pen.rectangle(half, fill=ink)
                else:
                    font = (ethiopic if "\u1200" <= run[0] <= "\u139f" else mono)[style.bold]
                    pen.text((x, y + SIZE), run, fill=ink, font=font, anchor="ls")
                    width = max(width, font.getlength(run)) if len(run) > 1 else width
                x += width
    return picture


def main():
    nansen = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as work:
        desk = make.Desk(nansen, Path(work) / "north", "Registration Desk North", "KEN")
        photos = desk.folder / "photos"
        photos.mkdir()
        portrait = face.draw(skin=(142, 96, 68), hair=(30, 24, 22), cloth=(150, 74, 62), scarf=(214, 200, 176))
        portrait.save(photos / f"{make.ALMAZ[0]}.jpg", quality=95)
        desk.issue("certificate", "registration", make.REGISTRATION, [make.ALMAZ], "--photos", "photos", "--valid-until", "2028-12-31")
        stem = desk.folder / "page"
        subprocess.run(["pdftoppm", "-r", "330", "-png", "-singlefile", desk.folder / "certificate.pdf", stem], check=True)
        # Four fifths of the tones are noise that only fills the file.
        page = Image.open(f"{stem}.png").convert("RGB").reduce(3).point(lambda tone: min(255, (tone + 2) // 5 * 5))
        page.save(HERE / "certificate.png", optimize=True)
        subprocess.run(["pdftoppm", "-r", "200", "-jpeg", "-singlefile", desk.folder / "certificate.pdf", desk.folder / "scan"], check=True)
        (desk.folder / "nansen").symlink_to(nansen)
        shell = {**os.environ, "NANSEN_HOME": str(desk.folder / "home"), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        shell.pop("NO_COLOR", None)
        command = ["script", "-qec", "stty cols 100 2>/dev/null; ./nansen verify scan.jpg", "/dev/null"]
        said = subprocess.run(command, cwd=desk.folder, env=shell, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
        text = "\x1b[2m$\x1b[0m nansen verify scan.jpg\n" + said.stdout.decode().replace("\r", "").rstrip("\n")
        picture = terminal(text).quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        picture.save(HERE / "verdict.png", optimize=True)


if __name__ == "__main__":
    main()
