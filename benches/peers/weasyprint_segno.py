#!/usr/bin/env python3
"""Prints our registration certificate with WeasyPrint and segno, and what it costs.

    weasyprint_segno.py ROWS.csv [-n 200] [-o OUT.pdf] [--version 15]

WeasyPrint shapes with pango and harfbuzz, so every script comes out right. It holds the whole document in memory until
the end, and finds no box too full: a text that is too long runs over its neighbour. 200 documents are printed unless
told; the time of a document does not fall with their number.
"""

import functools
import html
import io
import logging

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from certificate import COUNTRY, ISSUER, ROOT, RIGHT_TO_LEFT, arguments, layout, report

FAMILIES = {"NotoSans": "Peer-Sans", "NotoSerif": "Peer-Serif"}
WAVE = ("<svg xmlns='http://www.w3.org/2000/svg' width='4mm' height='4mm' viewBox='0 0 4 4'><path d='M0 2Q1 0 2 2T4 2M0 2"
        "Q1 4 2 2T4 2' fill='none' stroke='#b9c7d6' stroke-width='.1'/></svg>").replace("<", "%3C").replace("#", "%23")


def styles():
    faces, stack = "", ["Peer-Sans"]
    for path in sorted((ROOT / "fonts").glob("*.ttf")):
        stem, _, weight = path.stem.partition("-")
        family = FAMILIES.get(stem, stem)
        stack += [family] if family not in ("Peer-Serif", *stack) else []
        bold = 700 if weight == "Bold" else 400
        faces += f"@font-face {{ font-family: {family}; font-weight: {bold}; src: url({path.as_uri()}) }}\n"
    boxes, style = layout()
    rules = [faces, f"body {{ margin: 0; font-family: {', '.join(stack)} }}", "@page { size: A4; margin: 0 }",
             ".page { position: relative; width: 210mm; height: 296.9mm; break-after: page }",
             ".page > * { position: absolute; margin: 0 }",
             f".wave {{ background: url(\"data:image/svg+xml,{WAVE}\"); height: 4mm; left: 6mm; right: 6mm }}",
             ".grid > div { width: 81mm; height: 11.4mm; border-bottom: .1mm solid #1d3a5c }",
             ".ltr .grid > div { float: left } .ltr .grid > div:nth-child(2n) { margin-left: 8mm }",
             ".rtl .grid > div { float: right } .rtl .grid > div:nth-child(2n) { margin-right: 8mm }",
             ".three > div { width: 34mm } .ltr .three > div { float: left } .rtl .three > div { float: right }", "img { width: 60mm; height: 60mm }",
             "p { margin: 0 }"]
    for key, value in style.items():
        family = f"font-family: Peer-Serif, {', '.join(stack)};" if value.get("family") == "serif" else ""
        rules.append(f".s-{key} {{ {family} font-size: {value['size']}pt; line-height: {value.get('leading', 1.25)}; "
                     f"color: {value.get('colour', '#000')}; font-weight: {value.get('weight', 'normal')} }}")
    for key, box in boxes.items():
        (x, y), (wide, high) = box["at"], box["size"]
        for direction, side in (("ltr", "left"), ("rtl", "right")):
            rules.append(f".{direction} .b-{key.replace(' ', '-').replace(',', '')} {{ {side}: {x}mm; top: {y}mm; "
                         f"width: {wide}mm; height: {high}mm }}")
    return "\n".join(rules)


def text(style, value, tag="p"):
    return f"<{tag} class='s-{style}'><bdi>{html.escape(value)}</bdi></{tag}>"


def page(certificate):
    direction = "rtl" if certificate.language in RIGHT_TO_LEFT else "ltr"
    image = certificate.symbol.svg_data_uri(border=4, scale=1, svgns=True)
    pair = lambda label, value: f"<div>{text('label', label)}{text('value', value)}</div>"
    how = "".join(text("check", heading) + "".join(text("check-second", step) for step in steps)
                  for heading, steps in certificate.how)
    second = text("title-second", certificate.title_second) if certificate.title_second != certificate.title else ""
    return f"""<section class="page {direction}" dir="{direction}" lang="{certificate.language}">
<div class="wave" style="top: 6mm"></div><div class="wave" style="bottom: 6mm"></div>
<div class="b-issuer">{text('issuer', ISSUER)}{text('country', COUNTRY)}</div>
<div class="b-head-rule" style="background: #1d3a5c"></div>
<div class="b-title">{text('title', certificate.title, 'h1 style="margin: 0"')}{second}</div>
<div class="b-names-wide">{text('name', certificate.name)}{text('name-second', certificate.name_second)}</div>
<div class="b-fields grid">{''.join(pair(*field) for field in certificate.fields)}</div>
<div class="b-foot-rule" style="background: #1d3a5c"></div>
<div class="b-symbol"><img alt="{html.escape(certificate.symbol_label)}" src="{image}"></div>
<div class="b-caption" style="text-align: center">{text('caption', certificate.caption)}</div>
<div class="b-particulars three">{''.join(pair(*one) for one in certificate.particulars)}</div>
<div class="b-how-to-check">{how}</div>
<div class="b-scale-mark"><div style="width: 50mm; border-top: .3mm solid #1d3a5c"></div>{text('scale', certificate.scale)}</div>
</section>"""


@functools.cache
def prepared():
    """The fonts and the style sheet, read once for all files."""
    fonts = FontConfiguration()
    return fonts, CSS(string=styles(), font_config=fonts)


def print_all(certificates):
    fonts, sheet = prepared()
    body = "".join(map(page, certificates)).replace("</h1 style=\"margin: 0\">", "</h1>")
    out = io.BytesIO()
    HTML(string=f"<html lang=en><title>Certificates</title><body>{body}</body></html>").write_pdf(
        out, stylesheets=[sheet], font_config=fonts, pdf_tags=True)
    return out.getvalue()


if __name__ == "__main__":
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    report("WeasyPrint+segno", print_all, arguments(200), separate=20)
