#!/usr/bin/env python3
"""Shows that pdfa_check.py notices: mutilates a good file in many ways and wants each copy refused for the right clause.

    pdfa_selftest.py GOOD.pdf

GOOD.pdf must pass pdfa_check.py. Exit 1 names every copy that passed or was refused for another clause only. What the
file has nothing of (no attachment, no figure) is said to be left out.
"""

import logging
import re
import sys
import tempfile
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from pdfa_check import check


class Absent(Exception):
    """The file has nothing that could be mutilated in this way."""


def first(pdf, wanted):
    for thing in pdf.objects:
        if isinstance(thing, (Dictionary, Stream)) and wanted(thing):
            return thing
    raise Absent


def tagged(role):
    return lambda thing: thing.get("/S") == Name("/" + role) and "/P" in thing


def drop(thing, *keys):
    there = [key for key in keys if key in thing]
    if not there:
        raise Absent
    for key in there:
        del thing[key]


def rewrite(pdf, page, change):
    """Replaces a page's content by what `change` makes of its bytes."""
    page.contents_coalesce()
    before = page.Contents.read_bytes()
    after = change(before)
    if after == before:
        raise Absent
    page.Contents = pdf.make_stream(after)


def draw(pdf, content):
    pdf.pages[0].contents_add(pdf.make_stream(b"/Artifact BMC " + content + b" EMC"))


def image(pdf, **more):
    resources = pdf.pages[0].obj.Resources
    if "/XObject" not in resources:
        resources.XObject = Dictionary()
    resources.XObject.Added = pdf.make_stream(
        b"\0\0\0", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB, **more)
    draw(pdf, b"/Added Do")


def annotate(pdf, **entries):
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(
        Dictionary(Type=Name.Annot, Rect=Array([10, 10, 90, 90]), **entries))])


def widths(pdf):
    font = first(pdf, lambda thing: "/CIDSystemInfo" in thing and "/W" in thing)
    font.W = Array([0, 65535, 123])


def blank_unicode(pdf):
    font = first(pdf, lambda thing: "/ToUnicode" in thing)
    data = font.ToUnicode.read_bytes()
    font.ToUnicode = pdf.make_stream(re.sub(rb"(?m)^(\s*<[0-9A-Fa-f]+>\s*)<[0-9A-Fa-f]+>\s*$", rb"\1<FEFF>", data))


def lose_identity(pdf):
    data = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata = pdf.make_stream(data.replace(b"pdfaid", b"pdfxid"), Type=Name.Metadata, Subtype=Name.XML)


def lose_access(pdf):
    data = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata = pdf.make_stream(re.sub(rb"pdfuaid:part(>|=\")1", rb"pdfuaid:part\g<1>7", data),
                                        Type=Name.Metadata, Subtype=Name.XML)


def unknown_property(pdf):
    data = pdf.Root.Metadata.read_bytes()
    added = b'<rdf:Description rdf:about="" xmlns:odd="urn:odd"><odd:one>1</odd:one></rdf:Description></rdf:RDF>'
    pdf.Root.Metadata = pdf.make_stream(data.replace(b"</rdf:RDF>", added), Type=Name.Metadata, Subtype=Name.XML)


def short_row(pdf):
    row = first(pdf, lambda thing: tagged("TR")(thing) and isinstance(thing.get("/K"), Array) and len(thing.K) > 1)
    row.K = Array([row.K[0]])


def no_scope(pdf):
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and tagged("TH")(thing):
            drop(thing, "/A", "/C")
            return
    raise Absent


def swap_heading(pdf):
    first(pdf, tagged("H1")).S = Name.H3


def second_owner(pdf):
    """Two elements claim the same content."""
    holder = first(pdf, lambda thing: "/P" in thing and "/S" in thing and isinstance(thing.get("/K"), (int, Array)))
    other = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=holder.P, K=holder.K))
    if "/Pg" in holder:
        other.Pg = holder.Pg
    siblings = holder.P.K
    holder.P.K = Array([*(siblings if isinstance(siblings, Array) else [siblings]), other])


def stray_attachment(pdf):
    pdf.attachments["a.txt"] = pikepdf.AttachedFileSpec(pdf, b"a", filename="a.txt", mime_type="text/plain")
    drop(pdf.Root, "/AF")


# What is done to a copy, and the clauses of which one must be among those found.
MUTILATIONS = {
    "not marked": (lambda pdf: drop(pdf.Root, "/MarkInfo"), {"6.7.2.2"}),
    "no structure tree": (lambda pdf: drop(pdf.Root, "/StructTreeRoot"), {"6.7.3.3"}),
    "empty parent tree": (lambda pdf: pdf.Root.StructTreeRoot.__setattr__(
        "ParentTree", pdf.make_indirect(Dictionary(Nums=Array([])))), {"6.7.3.3"}),
    "unknown role": (lambda pdf: first(pdf, tagged("P")).__setattr__("S", Name.Odd), {"6.7.3.4"}),
    "no title shown": (lambda pdf: drop(pdf.Root, "/ViewerPreferences"), {"7.1"}),
    "no language": (lambda pdf: [drop(thing, "/Lang") for thing in pdf.objects
                                 if isinstance(thing, Dictionary) and "/Lang" in thing], {"7.2"}),
    "no such language": (lambda pdf: pdf.Root.__setattr__("Lang", String("not a tag")), {"6.7.4"}),
    "figure without words": (lambda pdf: drop(first(pdf, tagged("Figure")), "/Alt", "/ActualText"), {"7.3"}),
    "first heading of level 3": (swap_heading, {"7.4.2"}),
    "short row": (short_row, {"7.2"}),
    "header without scope": (no_scope, {"7.5"}),
    "content with two owners": (second_owner, {"7.1"}),
    "content of no element": (lambda pdf: rewrite(pdf, pdf.pages[0], lambda data: re.sub(
        rb"/\w+\s*<<[^>]*/MCID[^>]*>>\s*BDC", b"/Span BMC", data, count=1)), {"7.1"}),
    "unmarked content": (lambda pdf: pdf.pages[0].contents_add(pdf.make_stream(b"0 0 5 5 re f")), {"7.1"}),
    "no output intent": (lambda pdf: drop(pdf.Root, "/OutputIntents"), {"6.2.4.3"}),
    "CMYK": (lambda pdf: draw(pdf, b"0 0 0 1 k 0 0 9 9 re f"), {"6.2.4.3"}),
    "undefined operator": (lambda pdf: draw(pdf, b"1 2 odd"), {"6.2.2"}),
    "undefined resource": (lambda pdf: draw(pdf, b"/Nowhere Do"), {"6.2.2"}),
    "q nested 40 deep": (lambda pdf: draw(pdf, b"q " * 40 + b"Q " * 40), {"6.1.13"}),
    "interpolated image": (lambda pdf: image(pdf, Interpolate=True), {"6.2.8"}),
    "odd rendering intent": (lambda pdf: image(pdf, Intent=Name.Odd), {"6.2.6"}),
    "untruthful widths": (widths, {"6.2.11.5"}),
    "no Unicode": (lambda pdf: drop(first(pdf, lambda thing: "/ToUnicode" in thing), "/ToUnicode"), {"6.2.11.7.2"}),
    "Unicode U+FEFF": (blank_unicode, {"6.2.11.7.2"}),
    "no font program": (lambda pdf: drop(first(pdf, lambda thing: "/FontFile2" in thing or "/FontFile3" in thing),
                                         "/FontFile2", "/FontFile3"), {"6.2.11.4.1"}),
    "no CIDToGIDMap": (lambda pdf: drop(first(pdf, lambda thing: "/CIDToGIDMap" in thing), "/CIDToGIDMap"), {"6.2.11.3.2"}),
    "script on opening": (lambda pdf: pdf.Root.__setattr__(
        "OpenAction", Dictionary(S=Name.JavaScript, JS=String("1"))), {"6.5.1"}),
    "page action": (lambda pdf: pdf.pages[0].obj.__setattr__("AA", Dictionary()), {"6.5.2"}),
    "bare link": (lambda pdf: annotate(pdf, Subtype=Name.Link, F=4), {"7.18.5"}),
    "annotation without flags": (lambda pdf: annotate(pdf, Subtype=Name.Link), {"6.3.2"}),
    "sound": (lambda pdf: annotate(pdf, Subtype=Name.Sound, F=4), {"6.3.1"}),
    "stray attachment": (stray_attachment, {"6.8"}),
    "attachment without relationship": (lambda pdf: drop(first(pdf, lambda thing: "/EF" in thing), "/AFRelationship"), {"6.8"}),
    "attachment without UF": (lambda pdf: drop(first(pdf, lambda thing: "/EF" in thing), "/UF"), {"6.8"}),
    "attachment of no type": (lambda pdf: drop(first(pdf, lambda thing: thing.get("/Type") == Name.EmbeddedFile),
                                               "/Subtype"), {"6.8"}),
    "no XMP": (lambda pdf: drop(pdf.Root, "/Metadata"), {"6.6.2.1"}),
    "XMP without pdfaid": (lose_identity, {"6.6.4"}),
    "XMP without pdfuaid": (lose_access, {"5"}),
    "undeclared property": (unknown_property, {"6.6.2.3.1"}),
    "encrypted": (None, {"6.1.3"}),
    "no header comment": (lambda data: data.replace(b"%\xbf\xf7\xa2\xfe", b"%abcd", 1), {"6.1.2"}),
    "PDF 2.0": (lambda data: b"%PDF-2.0" + data[8:], {"6.1.2"}),
    "bytes after the end": (lambda data: data + b"more\n", {"6.1.3"}),
}
OF_BYTES = {"no header comment", "PDF 2.0", "bytes after the end"}


def mutilated(good, label, out):
    change, _ = MUTILATIONS[label]
    with pikepdf.open(good) as pdf:
        if label == "encrypted":
            pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
            return
        if label not in OF_BYTES:
            change(pdf)
        pdf.save(out, deterministic_id=True)
    if label in OF_BYTES:
        out.write_bytes(change(out.read_bytes()))


def main(good):
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    found = check(good, ["3a", "ua1"])
    if found:
        found.show(3)
        print(f"{good} does not pass as it is", file=sys.stderr)
        return 1
    noticed, missed, absent = 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "copy.pdf"
        for label, (_, wanted) in MUTILATIONS.items():
            try:
                mutilated(good, label, out)
            except Absent:
                absent.append(label)
                continue
            clauses = {clause for _, clause in check(out, ["3a", "ua1"]).clauses()}
            if clauses & wanted:
                noticed += 1
            else:
                missed.append(f"{label}: wanted {' or '.join(wanted)}, found {sorted(clauses) or 'nothing'}")
    for line in missed:
        print(f"not noticed: {line}", file=sys.stderr)
    if absent:
        print(f"left out, the file has nothing of it: {', '.join(absent)}")
    print(f"{noticed} of {noticed + len(missed)} mutilations noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
