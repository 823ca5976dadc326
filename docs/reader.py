#!/usr/bin/env python3
"""Draws reader.png: how much of every damage our reader, rxing, rqrr and zxing-cpp read, against its strength.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install matplotlib pillow zxing-cpp
    /tmp/venv/bin/python docs/reader.py DIR [DIR...] [--jsonl FILE [FILE...]] [--out PNG]

DIR is a folder with a manifest.tsv: image, damage, place of the strength, strength, code, text. FILE holds a JSON line for each
image and reader, as examples/reader_tables and tests/interop/zxing_reader.py write them; without any, both are run first.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from io import BytesIO
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import NullFormatter, NullLocator  # noqa: E402
from PIL import Image  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DAMAGES = ROOT / "examples/reader_tables/damages.tsv"
# Colours that the colour-blind can tell apart (after Okabe and Ito), and strokes that a black-and-white print can. The broadest
# lies below, so that curves that run together are seen all the same.
READERS = {
    "own": ("nansen", "#3f97d3", "-", 3.4),
    "zxing-cpp": ("zxing-cpp", "#8e3a7b", "-", 1.0),
    "rxing": ("rxing", "#d55e00", (0, (4, 2)), 1.4),
    "rqrr": ("rqrr", "#5f6b6d", (0, (1, 1.4)), 1.1),
}
# Strengths that grow by factors rather than by steps.
LOGARITHMIC = {"gradient", "fade", "salt", "jpeg"}
COLUMNS = 4
WIDTH, ROW = 8.0, 1.36
DPI = 160
MOST_BYTES = 250_000


def manifest(folder):
    """Image → damage, place of the strength, strength, what it holds as hex."""
    cases = {}
    for line in (folder / "manifest.tsv").read_text(encoding="utf-8").splitlines():
        image, damage, place, strength, _, text = line.split("\t")
        cases[str((folder / image).resolve())] = (damage, int(place), float(strength), text.encode().hex())
    return cases


def run(folders, scratch):
    """Lets every reader read every image."""
    files = [scratch / "readers.jsonl"]
    command = ["cargo", "run", "--release", "--example", "reader_tables", "--", "stress", *map(str, folders)]
    subprocess.run([*command, "--readers", "own,rxing,rqrr", "--jsonl", str(files[0])], cwd=ROOT, check=True)
    for number, folder in enumerate(folders):
        files.append(scratch / f"zxing{number}.jsonl")
        with open(files[-1], "w", encoding="utf-8") as out:
            subprocess.run([sys.executable, ROOT / "tests/interop/zxing_reader.py", folder], stdout=out, check=True)
    return files


def rates(cases, files):
    """Damage → reader → strengths with the share that is read, the gentlest first; and how many images each reader read."""
    read, seen, total = Counter(), Counter(), Counter()
    for file in files:
        for line in open(file, encoding="utf-8"):
            said = json.loads(line)
            case = cases.get(str(Path(said["img"]).resolve()))
            if case and said["dec"] in READERS:
                damage, place, strength, text = case
                key = (damage, said["dec"], place, strength)
                seen[key] += 1
                read[key] += text in said["texts"]
                total[said["dec"]] += text in said["texts"]
    curves = defaultdict(lambda: defaultdict(list))
    for damage, reader, place, strength in sorted(seen, key=lambda key: key[2]):
        key = (damage, reader, place, strength)
        curves[damage][reader].append((strength, 100 * read[key] / seen[key]))
    return curves, total


def number(value):
    return f"{value:g}"


def scale(axes, strengths, damage):
    """Gentle on the left, hard on the right, with as many of the strengths written below as there is room for."""
    if damage in LOGARITHMIC:
        axes.set_xscale("log")
    place = math.log if damage in LOGARITHMIC else float
    low, high = place(min(strengths)), place(max(strengths))
    margin = 0.03 * (high - low)
    unplace = math.exp if damage in LOGARITHMIC else float
    axes.set_xlim(unplace(low - margin), unplace(high + margin))
    written, ends = [], []
    for strength in [strengths[0], strengths[-1], *strengths[1:-1]]:
        at, half = (place(strength) - low) / (high - low), 0.022 * (len(number(strength)) + 1.2)
        if all(at + half < start or at - half > end for start, end in ends):
            written.append(strength)
            ends.append((at - half, at + half))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(written, [number(strength) for strength in written])
    if strengths[-1] < strengths[0]:
        axes.invert_xaxis()


def points(axes, curve):
    """Many points on a curve, in shares of the panel."""
    flat = [axes.transAxes.inverted().transform(axes.transData.transform(point)) for point in curve]
    for (x0, y0), (x1, y1) in zip(flat, flat[1:]):
        for step in range(40):
            t = step / 40
            yield x0 + (x1 - x0) * t, y0 + (y1 - y0) * t


def label(axes, curves):
    """Writes the names of readers along their curves, where no other curve and no other name is in the way."""
    lines = {reader: list(points(axes, curve)) for reader, curve in curves.items()}
    taken = []
    for reader, line in lines.items():
        name, colour, _, _ = READERS[reader]
        width, height = 0.034 * len(name) + 0.01, 0.125
        best = None
        for x, y in line:
            for left, below in ((x + 0.02, y + 0.01), (x - width - 0.02, y - height - 0.01), (x + 0.02, y - height)):
                box = (left, below, left + width, below + height)
                if box[0] < 0.01 or box[1] < 0.02 or box[2] > 0.99 or box[3] > 1.0:
                    continue
                inside = lambda p: box[0] < p[0] < box[2] and box[1] < p[1] < box[3]  # noqa: E731
                if any(inside(p) for other in lines.values() for p in other):
                    continue
                if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
                    continue
                # Far from the other curves and near the middle, so that nobody takes it for the name of another.
                far = min((math.hypot(x - p[0], y - p[1]) for o, ps in lines.items() if o != reader for p in ps), default=1)
                merit = min(far, 0.25) - 0.1 * abs(y - 0.5)
                if far > 0.06 and (best is None or merit > best[0]):
                    best = (merit, box)
        if best:
            taken.append(best[1])
            axes.text(best[1][0] + width / 2, best[1][1] + height / 2, name, transform=axes.transAxes, color=colour,
                      fontsize=6.2, ha="center", va="center")


def panel(axes, damage, title, unit, curves, is_left):
    strengths = [strength for strength, _ in max(curves.values(), key=len)]
    scale(axes, strengths, damage)
    axes.set_ylim(-4, 104)
    axes.set_yticks([0, 50, 100], ["0", "50", "100 %"] if is_left else [])
    axes.axhline(50, color="#c8c8c8", linewidth=0.6, zorder=0)
    for reader in [reader for reader in READERS if reader in curves]:
        _, colour, dashes, width = READERS[reader]
        axes.plot(*zip(*curves[reader]), color=colour, linestyle=dashes, linewidth=width, solid_joinstyle="round")
    axes.set_title(title, fontsize=7.5, loc="left", pad=2.5, fontweight="bold")
    axes.set_title(unit, fontsize=6.2, loc="right", pad=2.5, color="#444444")
    axes.tick_params(labelsize=6, length=2, width=0.5, pad=1.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_linewidth(0.6)
    label(axes, {reader: curves[reader] for reader in READERS if reader in curves})


def legend(axes, total, images):
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0, 1, f"read of all {images:,} images", fontsize=7.5, fontweight="bold", va="top")
    for row, reader in enumerate([reader for reader in READERS if total[reader]]):
        name, colour, dashes, width = READERS[reader]
        y = 0.74 - 0.19 * row
        axes.plot([0, 0.2], [y, y], color=colour, linestyle=dashes, linewidth=width)
        axes.text(0.25, y, name, fontsize=7, color=colour, va="center")
        axes.text(0.98, y, f"{100 * total[reader] / images:.1f} %", fontsize=7, color=colour, va="center", ha="right")


def draw(cases, files):
    curves, total = rates(cases, files)
    known = [line.split("\t") for line in DAMAGES.read_text(encoding="utf-8").splitlines()]
    damages = [damage for damage in known if damage[0] in curves]
    rows = math.ceil((len(damages) + 1) / COLUMNS)
    plt.rcParams["font.family"] = "DejaVu Sans"
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(WIDTH, ROW * rows), dpi=DPI, squeeze=False, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.035, rect=(0, 0.003, 1, 0.992))
    cells = list(grid.flat)
    for place, (damage, title, unit) in enumerate(damages):
        panel(cells[place], damage, title, unit, curves[damage], place % COLUMNS == 0)
    legend(cells[len(damages)], total, len(cases))
    for cell in cells[len(damages) + 1:]:
        cell.axis("off")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer


def save(buffer, out):
    """Few colours are enough for lines; they make the file a third."""
    picture = Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    picture.save(out, optimize=True, dpi=(DPI, DPI))
    size = out.stat().st_size
    print(f"{out}: {picture.width} × {picture.height}, {size} bytes")
    return size <= MOST_BYTES


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", metavar="DIR", type=Path, nargs="+")
    parser.add_argument("--jsonl", metavar="FILE", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/reader.png")
    asked = parser.parse_args()
    folders = [folder.resolve() for folder in asked.folders]
    cases = {image: case for folder in folders for image, case in manifest(folder).items()}
    with tempfile.TemporaryDirectory() as scratch:
        buffer = draw(cases, asked.jsonl or run(folders, Path(scratch)))
    return 0 if save(buffer, asked.out) else "the picture is too large"


if __name__ == "__main__":
    sys.exit(main())
