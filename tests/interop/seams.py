#!/usr/bin/env python3
"""Looks for seams in a printed QR symbol, and for module edges that are off the printer's dots.

    seams.py [--page N] [--dots DPI] [--dpi DPI,DPI...] FILE.pdf

A seam is a light hairline between two dark modules that touch: some renderers leave one where two shapes meet. The
page is rendered by poppler, mupdf and ghostscript (as it comes, and with its anti-aliasing on) at 200, 300 and 600 dpi,
and every edge between two dark modules is looked at. Counted is an edge when a pixel on it is lighter than the modules
beside it by more than 24 of 255.

Then the edges of all modules are measured on a rendering sixteen times as fine as the printer (--dots, 300 unless
told): each must be within 0.02 dot of a whole dot, from the left and from the top of the page. --dots 0 leaves it out.

Exit 1 when there is a seam or an edge off the dots, 2 when no symbol is found. Wants requirements-pdf.txt and the
programs pdftoppm, mutool and gs; a program that is missing is named and left out.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import zxingcpp
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
FINE = 16
LIGHTER = 24
TOLERANCE = 0.02

RENDERERS = {
    "poppler": ("pdftoppm", lambda dpi, page, pdf, out: [
        "pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", "-gray", "-png", pdf, out]),
    "mupdf": ("mutool", lambda dpi, page, pdf, out: [
        "mutool", "draw", "-q", "-r", str(dpi), "-c", "gray", "-o", out + ".png", pdf, str(page)]),
    "ghostscript": ("gs", lambda dpi, page, pdf, out: [
        "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pnggray", f"-r{dpi}", f"-dFirstPage={page}",
        f"-dLastPage={page}", f"-sOutputFile={out}.png", pdf]),
    "ghostscript, anti-aliased": ("gs", lambda dpi, page, pdf, out: [
        "gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pnggray", f"-r{dpi}", f"-dFirstPage={page}",
        f"-dLastPage={page}", "-dGraphicsAlphaBits=4", "-dTextAlphaBits=4", f"-sOutputFile={out}.png", pdf]),
}


def read_gray(path):
    with Image.open(path) as image:
        return numpy.asarray(image.convert("L"), dtype=numpy.float32)


class Symbol:
    """A symbol on a page: its modules, and where it lies in dots of `dpi` (left, top, right, bottom)."""

    def __init__(self, barcode, gray):
        self.modules = 17 + 4 * int(zxingcpp_version(barcode))
        corners = [barcode.position.top_left, barcode.position.top_right, barcode.position.bottom_right,
                   barcode.position.bottom_left]
        rough = (min(p.x for p in corners), min(p.y for p in corners),
                 max(p.x for p in corners) + 1, max(p.y for p in corners) + 1)
        self.box = outer_edges(gray, rough, self.modules)
        self.dark = sample(gray, self.box, self.modules)


def zxingcpp_version(barcode):
    extra = barcode.extra if isinstance(barcode.extra, dict) else {}
    return extra.get("Version", 0)


def outer_edges(gray, rough, modules):
    """The outer edges to a part of a pixel, from how much of the pixels around each finder pattern's rim is dark."""
    left, top, right, bottom = rough
    wide, high = (right - left) / modules, (bottom - top) / modules
    white = float(numpy.percentile(gray[int(top):int(bottom), int(left):int(right)], 99))
    black = float(numpy.percentile(gray[int(top):int(bottom), int(left):int(right)], 1))
    darkness = (white - gray) / max(white - black, 1)

    def edge(at, step, along_x, start, size):
        # From one module outside to the middle of the rim's module: the dark part of it is the distance to the edge.
        inside, outside = int(round(at + step * 0.5)), int(round(at - step * 1.0))
        low, high_ = sorted((inside, outside))
        first, last = int(start + size * 1.5), max(int(start + size * 5.5), int(start + size * 1.5) + 1)
        strip = darkness[first:last, low:high_] if along_x else darkness[low:high_, first:last]
        share = float(strip.mean(axis=0 if along_x else 1).sum())
        return inside - share if step > 0 else inside + share

    for _ in range(2):
        left = edge(left, wide, True, top, high)
        right = edge(right, -wide, True, top, high)
        top = edge(top, high, False, left, wide)
        bottom = edge(bottom, -high, False, left, wide)
        wide, high = (right - left) / modules, (bottom - top) / modules
    return left, top, right, bottom


def sample(gray, box, modules):
    left, top, right, bottom = box
    centres = (numpy.arange(modules) + 0.5) / modules
    x = (left + centres * (right - left)).astype(int)
    y = (top + centres * (bottom - top)).astype(int)
    values = gray[numpy.ix_(y, x)]
    return values < (values.min() + values.max()) / 2


def find_symbols(gray):
    found = [code for code in zxingcpp.read_barcodes(Image.fromarray(gray.astype(numpy.uint8))) if code.valid]
    return [Symbol(code, gray) for code in found if zxingcpp_version(code)]


def seams(gray, box, dark):
    """How many edges between two dark modules have a pixel that is lighter than the modules: (seams, edges)."""
    left, top, right, bottom = box
    modules = len(dark)
    return tuple(a + b for a, b in zip(
        _seams_across(gray, dark, left, (right - left) / modules, top, (bottom - top) / modules),
        _seams_across(gray.T, dark.T, top, (bottom - top) / modules, left, (right - left) / modules)))


def _seams_across(gray, dark, x0, wide, y0, high):
    count = edges = 0
    ink = float(numpy.median([gray[int(y0 + (r + .5) * high), int(x0 + (c + .5) * wide)] for r, c in numpy.argwhere(dark)]))
    for row, column in numpy.argwhere(dark[:, 1:] & dark[:, :-1]):
        x = x0 + (column + 1) * wide
        above, below = y0 + row * high, y0 + (row + 1) * high
        # Pixels wholly inside the two modules; the rim may be grey because its neighbour is light.
        first, last = int(numpy.ceil(above + 0.6)), int(numpy.floor(below - 0.6))
        if last <= first:
            first = int((above + below) / 2)
            last = first + 1
        strip = gray[first:last, int(round(x)) - 1:int(round(x)) + 1]
        count += bool((strip > ink + LIGHTER).any())
        edges += 1
    return count, edges


def render(name, dpi, page, pdf, folder):
    program, command = RENDERERS[name]
    if not shutil.which(program):
        return None
    out = str(Path(folder) / f"{name.split(',')[0]}{len(name)}-{dpi}")
    subprocess.run(command(dpi, page, str(pdf), out), check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return read_gray(out + ".png")


def off_the_dots(pdf, page, symbol, dots, folder):
    """The farthest any module edge lies from a whole dot, from the left and the top of the page, and the module's size."""
    dpi = dots * FINE
    left, top, right, bottom = (value * FINE for value in symbol.box)
    margin = int((right - left) / symbol.modules) + 1
    x, y = int(left) - margin, int(top) - margin
    width, height = int(right - left) + 2 * margin, int(bottom - top) + 2 * margin
    out = str(Path(folder) / "fine")
    subprocess.run(["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", "-gray", "-png", "-x",
                    str(x), "-y", str(y), "-W", str(width), "-H", str(height), str(pdf), out], check=True)
    gray = read_gray(out + ".png")
    across = _edges(gray, symbol.dark, left - x, (right - left) / symbol.modules, top - y, (bottom - top) / symbol.modules)
    down = _edges(gray.T, symbol.dark.T, top - y, (bottom - top) / symbol.modules, left - x, (right - left) / symbol.modules)
    worst = []
    for edges, start in ((across, x), (down, y)):
        edges = (numpy.asarray(edges) + start) / FINE
        worst.append(float(numpy.abs(edges - numpy.round(edges)).max()))
    size = tuple((high - low) / symbol.modules / FINE for low, high in (
        (min(across), max(across)), (min(down), max(down))))
    return worst, size


def _edges(gray, dark, x0, wide, y0, high):
    """Where dark meets light along every row of modules, to a part of a pixel."""
    darkness = 1 - gray / 255
    edges = []
    for row, modules in enumerate(dark):
        line = darkness[int(y0 + (row + 0.5) * high)]
        total = numpy.concatenate(([0.0], numpy.cumsum(line)))
        padded = numpy.concatenate(([False], modules, [False]))
        for column in numpy.flatnonzero(padded[1:] != padded[:-1]):
            low, up = int(x0 + (column - 0.5) * wide), int(x0 + (column + 0.5) * wide)
            ink = float(total[up] - total[low])
            edges.append(low + ink if padded[column] else up - ink)
    return edges


def main(arguments):
    page, dots, resolutions, paths = 1, 300, [200, 300, 600], []
    arguments = iter(arguments)
    for argument in arguments:
        if argument == "--page":
            page = int(next(arguments))
        elif argument == "--dots":
            dots = int(next(arguments))
        elif argument == "--dpi":
            resolutions = [int(n) for n in next(arguments).split(",")]
        else:
            paths.append(argument)
    if len(paths) != 1:
        sys.exit(__doc__)
    return look(paths[0], page, dots, resolutions)


def look(pdf, page, dots, resolutions):
    bad = False
    with tempfile.TemporaryDirectory() as folder:
        base = dots or 300
        symbols = find_symbols(render("poppler", base, page, pdf, folder))
        if not symbols:
            print(f"no symbol is read from page {page} of {pdf}", file=sys.stderr)
            return 2
        for number, symbol in enumerate(symbols, start=1):
            print(f"symbol {number}: {symbol.modules} modules, dark {symbol.dark.mean():.0%}")
        for name in RENDERERS:
            for dpi in resolutions:
                gray = render(name, dpi, page, pdf, folder)
                if gray is None:
                    print(f"{name}: not looked at, the program {RENDERERS[name][0]} is missing")
                    break
                for number, symbol in enumerate(symbols, start=1):
                    rough = tuple(value * dpi / base for value in symbol.box)
                    count, edges = seams(gray, outer_edges(gray, rough, symbol.modules), symbol.dark)
                    print(f"{name}, {dpi} dpi, symbol {number}: {count} seams on {edges} edges")
                    bad |= count > 0
        for number, symbol in enumerate(symbols, start=1) if dots else ():
            (across, down), (wide, high) = off_the_dots(pdf, page, symbol, dots, folder)
            print(f"symbol {number} at {dots} dpi: a module is {wide:.3f} x {high:.3f} dots, its edges are at most "
                  f"{across:.3f} dot off across and {down:.3f} down")
            bad |= max(across, down) > TOLERANCE
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
