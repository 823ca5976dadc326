#!/usr/bin/env python3
"""Checks PDFs rule by rule against PDF/A-3 (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), where a machine can judge.

    pdfa_check.py [--as FLAVOUR[,FLAVOUR]] [--all] FILE.pdf...

FLAVOUR is 3a, 3b, 3u, 2a, 2b, 2u or ua1; without --as every file is held against 3a and ua1. Printed are, for each
file, the clauses that fail with the place (the first three places; --all: every one). Exit 1 when a file fails, 2 when
one cannot be opened. Wants requirements-pdf.txt.

It is written from the standards and shares no code with the program that writes our PDFs. Not judged here, because
our pages never use it: JPEG 2000 details, halftones, signatures, overprint of CMYK, predefined CJK CMaps, media clips.
veraPDF judges those too; this check is for machines that have no veraPDF.
"""

import logging
import sys

import pikepdf

from pdfa.content import Pages
from pdfa.document import check_bytes, check_document, check_objects
from pdfa.findings import FLAVOURS, Findings
from pdfa.metadata import check_metadata
from pdfa.tags import Structure


def check(path, flavours):
    """All findings of one file; raises pikepdf.PdfError when it is no PDF."""
    found = Findings(flavours)
    with open(path, "rb") as file:
        data = file.read()
    with pikepdf.open(path) as pdf:
        check_bytes(data, pdf, found)
        check_objects(pdf, found)
        check_document(pdf, found)
        check_metadata(pdf, found)
        structure = Structure(pdf, found)
        Pages(pdf, structure, found).check()
        structure.check_links()
    return found


def main(arguments):
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    flavours, places, paths = ["3a", "ua1"], 3, []
    arguments = iter(arguments)
    for argument in arguments:
        if argument == "--as":
            flavours = next(arguments, "").split(",")
        elif argument == "--all":
            places = None
        else:
            paths.append(argument)
    if not paths or not set(flavours) <= set(FLAVOURS):
        sys.exit(__doc__)
    status = 0
    for path in paths:
        try:
            found = check(path, flavours)
        except (OSError, pikepdf.PdfError) as error:
            print(f"UNREADABLE {path}: {error}")
            status = 2
            continue
        print(f"{'FAIL' if found else 'PASS'} {'+'.join(flavours)} {path}")
        found.show(places)
        if found:
            status = max(status, 1)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
