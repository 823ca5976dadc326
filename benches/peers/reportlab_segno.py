#!/usr/bin/env python3
"""Prints our registration certificate with reportlab and segno, and what it costs.

    reportlab_segno.py ROWS.csv [-n 2000] [-o OUT.pdf] [--version 15]

What reportlab cannot do here: its canvas places one glyph for each code point. Arabic is joined beforehand with
arabic-reshaper and turned with python-bidi, which covers Arabic and Persian; Burmese, Tamil, Bengali and Hanifi Rohingya
come out unshaped (vowel signs in logical order, no stacking, no joining). The text is neither tagged nor is the file
PDF/A, the text of reshaped Arabic copies as presentation forms, and a letter that the font lacks becomes an empty box.
"""

import functools
import io

import arabic_reshaper
from bidi import get_display
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from certificate import COUNTRY, ISSUER, ROOT, RIGHT_TO_LEFT, arguments, font_of, layout, report

BLACK, BLUE = "#000000", "#1d3a5c"


@functools.cache
def font(stem, style="Regular"):
    path = ROOT / "fonts" / f"{stem}-{style}.ttf"
    if not path.exists():
        return font(stem if stem != "NotoSerif" else "NotoSans", "Regular")
    pdfmetrics.registerFont(TTFont(f"{stem}-{style}", path))
    return f"{stem}-{style}"


@functools.cache
def visual(text):
    """The text as reportlab must get it: joined and in the order of the eye."""
    return get_display(arabic_reshaper.reshape(text)) if font_of(text) == "NotoNaskhArabic" else text


def runs(text, weight="Regular", family="NotoSans"):
    """(font, text) pieces: each word in the font of its script."""
    own = font_of(text)
    if own == "NotoSans":
        return [(font(family, weight), text)]
    pieces, latin = [], font(family, weight)
    for word in visual(text).split(" "):
        # Presentation forms are Arabic too.
        foreign = any(ord(letter) > 0x5FF and not 0x2000 <= ord(letter) <= 0x206F for letter in word)
        face = font(own) if foreign else latin
        if pieces and pieces[-1][0] == face:
            pieces[-1] = (face, f"{pieces[-1][1]} {word}")
        else:
            pieces.append((face, (" " if pieces else "") + word))
    return pieces


def width(pieces, size):
    return sum(pdfmetrics.stringWidth(text, face, size) for face, text in pieces)


class Page:
    """The canvas in millimetres from the top left, mirrored for a language that runs right to left."""

    def __init__(self, canvas, mirrored):
        self.canvas, self.mirrored = canvas, mirrored

    def line(self, x, y, wide, text, style, colour=None, weight="Regular", centre=False):
        family = "NotoSerif" if style.get("family") == "serif" else "NotoSans"
        pieces, size = runs(text, weight, family), style["size"]
        while width(pieces, size) > wide * mm and size > style["smallest"]:
            size -= 0.5
        length = width(pieces, size)
        left = x * mm if not self.mirrored else A4[0] - (x * mm) - length
        if centre:
            left = (x * mm if not self.mirrored else A4[0] - (x + wide) * mm) + (wide * mm - length) / 2
        self.canvas.setFillColor(HexColor(colour or style.get("colour", BLACK)))
        words = self.canvas.beginText(left, A4[1] - y * mm - size)
        for face, part in pieces:
            words.setFont(face, size)
            words.textOut(part)
        self.canvas.drawText(words)
        return y + size * style.get("leading", 1.25) / mm

    def rule(self, x, y, wide, high=0.1, colour=BLUE):
        self.canvas.setFillColor(HexColor(colour))
        left = x if not self.mirrored else 210 - x - wide
        self.canvas.rect(left * mm, A4[1] - (y + high) * mm, wide * mm, high * mm, stroke=0, fill=1)

    def symbol(self, box, code):
        modules = len(code.matrix)
        side = box["size"][0] * mm / (modules + 8)
        left = (box["at"][0] if not self.mirrored else 210 - box["at"][0] - box["size"][0]) * mm
        path = self.canvas.beginPath()
        for y, row in enumerate(code.matrix, start=4):
            x = 0
            while x < modules:
                start = x
                while x < modules and row[x]:
                    x += 1
                if x > start:
                    path.rect(left + (start + 4) * side, A4[1] - box["at"][1] * mm - (y + 1) * side, (x - start) * side, side)
                x += 1
        self.canvas.setFillColor(HexColor(BLACK))
        self.canvas.drawPath(path, stroke=0, fill=1)


def border(canvas):
    """A frame of crossing waves, drawn once and used on every page."""
    canvas.beginForm("border")
    canvas.setStrokeColor(HexColor("#b9c7d6"))
    canvas.setLineWidth(0.3)
    for phase in range(4):
        for across in (True, False):
            path = canvas.beginPath()
            length = 180 if across else 260
            for edge in (6, 204 if not across else 291):
                for step in range(int(length / 2)):
                    x, middle, swing = 15 + step * 2, edge, 2 * (1 if (step + phase) % 2 else -1)
                    points = [(x, middle), (x + .7, middle + swing), (x + 1.3, middle + swing), (x + 2, middle)]
                    points = [(a * mm, b * mm) if across else (b * mm, a * mm) for a, b in points]
                    path.moveTo(*points[0])
                    path.curveTo(*points[1], *points[2], *points[3])
            canvas.drawPath(path, stroke=1, fill=0)
    canvas.endForm()


def draw(canvas, certificate):
    boxes, style = layout()
    page = Page(canvas, certificate.language in RIGHT_TO_LEFT)
    canvas.doForm("border")
    at = lambda name: (*boxes[name]["at"], boxes[name]["size"][0])
    x, y, wide = at("issuer")
    y = page.line(x, y, wide, ISSUER, style["issuer"], weight="Bold")
    page.line(x, y, wide, COUNTRY, style["country"])
    for rule in ("head rule", "foot rule"):
        page.rule(*boxes[rule]["at"], *boxes[rule]["size"])
    for box, one, two in (("title", certificate.title, certificate.title_second),
                          ("names, wide", certificate.name, certificate.name_second)):
        key = box.split(",")[0].removesuffix("s")
        x, y, wide = at(box)
        y = page.line(x, y, wide, one, style[key])
        if two and two != one:
            page.line(x, y, wide, two, style[f"{key}-second"])
    x, top, wide = at("fields")
    column = (wide - 8) / 2
    for place, (label, value) in enumerate(certificate.fields):
        left, y = x + (place % 2) * (column + 8), top + (place // 2) * 11.5
        page.line(left, y, column, label, style["label"])
        page.line(left, y + 3.6, column, value, style["value"])
        page.rule(left, y + 9.6, column)
    x, y, wide = at("particulars")
    for place, (label, value) in enumerate(certificate.particulars):
        page.line(x + place * wide / 3, y, wide / 3 - 2, label, style["label"])
        page.line(x + place * wide / 3, y + 3.6, wide / 3 - 2, value, style["value"], weight="Bold")
    x, y, wide = at("how to check")
    for heading, steps in certificate.how:
        y = page.line(x, y, wide, heading, style["check"], weight="Bold")
        for step in steps:
            for part in simpleSplit(step, font(font_of(step)), style["check-second"]["size"], wide * mm):
                y = page.line(x, y, wide, part, style["check-second"])
    page.symbol(boxes["symbol"], certificate.symbol)
    page.line(*at("caption"), certificate.caption, style["caption"], weight="Bold", centre=True)
    x, y, wide = at("scale mark")
    page.rule(x, y, 50, 0.3)
    page.line(x, y + 2, wide, certificate.scale, style["scale"])
    canvas.showPage()


def print_all(certificates):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    border(canvas)
    for certificate in certificates:
        draw(canvas, certificate)
    canvas.save()
    return out.getvalue()


if __name__ == "__main__":
    report("reportlab+segno", print_all, arguments(2000))
