"""One font of a PDF: how its codes map to glyphs, widths and Unicode, held against the embedded font program."""

import io
import re

from fontTools import agl, cffLib, t1Lib
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

from .findings import name, place

KINDS = {"Type1", "MMType1", "TrueType", "Type3", "Type0", "CIDFontType0", "CIDFontType2"}
PROGRAMS = {"Type1C", "CIDFontType0C", "OpenType"}
WIN_ANSI = [agl.UV2AGL.get(ord(bytes([code]).decode("cp1252", "replace")), ".notdef") if code > 31 else ".notdef"
            for code in range(256)]
ENCODINGS = {"WinAnsiEncoding": WIN_ANSI, "MacRomanEncoding": MacRoman, "StandardEncoding": StandardEncoding}
TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[|\]|(-?\d+)|([A-Za-z]+)|/([^\s<>\[\]/()]+)|%[^\r\n]*")
COLLECTIONS = ("GB1", "CNS1", "Japan1", "Korea1")
SUBSET = re.compile(r"[A-Z]{6}\+")


class CMap:
    """The ranges of a CMap stream: how long codes are, and what they stand for (CID, or text for ToUnicode)."""

    def __init__(self, data):
        self.lengths, self.single, self.ranges = set(), {}, []
        items, inside = [], None
        for token in TOKEN.finditer(data):
            if token[3]:
                word = token[3].decode()
                if word.startswith("begin"):
                    items, inside = [], word[5:]
                elif word.startswith("end") and word[3:] == inside:
                    self._take(inside, items)
                    inside = None
            elif inside and token[1] is not None:
                digits = re.sub(rb"\s", b"", token[1])
                items.append(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()))
            elif inside and token[2]:
                items.append(int(token[2]))
            elif inside and token[0] in (b"[", b"]"):
                items.append(token[0].decode())

    def _take(self, kind, items):
        if kind == "codespacerange":
            self.lengths |= {len(item) for item in items[::2]}
        elif kind in ("bfchar", "cidchar"):
            self.single.update((_key(code), value) for code, value in zip(items[::2], items[1::2]))
        elif kind in ("bfrange", "cidrange"):
            items = iter(items)
            for low in items:
                high, value = next(items), next(items)
                if value == "[":
                    at = int.from_bytes(low, "big")
                    while (value := next(items)) != "]":
                        self.single[len(low), at] = value
                        at += 1
                else:
                    self.ranges.append((_key(low), _key(high), value))

    def _find(self, code, length):
        if (length, code) in self.single:
            return self.single[length, code], 0
        for (size, low), (_, high), value in self.ranges:
            if size == length and low <= code <= high:
                return value, code - low
        return None, 0

    def text(self, code, length):
        value, step = self._find(code, length)
        if value is None:
            return None
        units = value[:-2] + ((int.from_bytes(value[-2:], "big") + step) & 0xFFFF).to_bytes(2, "big") if step else value
        return units.decode("utf-16-be", "replace")

    def number(self, code, length):
        value, step = self._find(code, length)
        return None if value is None else value + step


def _key(code):
    return len(code), int.from_bytes(code, "big")


class Font:
    """Reads a font dictionary once and reports what is wrong with it; `use` judges each code that is shown."""

    def __init__(self, thing, found):
        self.thing, self.found = thing, found
        self.kind = name(thing.get("/Subtype"))
        self.where = f"{name(thing.get('/BaseFont')) or self.kind} ({place(thing)})"
        self.judged = {}
        self.descendant = thing["/DescendantFonts"][0] if self.kind == "Type0" else None
        owner = self.descendant if self.descendant is not None else thing
        self.descriptor = owner.get("/FontDescriptor", Dictionary())
        unicode_map = thing.get("/ToUnicode")
        self.to_unicode = CMap(unicode_map.read_bytes()) if isinstance(unicode_map, Stream) else None
        self.cmap = None
        self.program = self.glyphs = self.collection = None
        self._open_program()
        self._check_dictionary(owner)
        self._read_encoding(owner)
        self._read_widths(owner)

    def fail(self, message, a=None, ua=None):
        self.found.fail(message, self.where, a=a, ua=ua)

    def _check_dictionary(self, owner):
        if name(self.thing.get("/Type")) != "Font" or self.kind not in KINDS:
            self.fail(f"Type {self.thing.get('/Type')}, Subtype {self.kind}", a="6.2.11.2")
        if self.kind != "Type3" and not name(self.thing.get("/BaseFont")):
            self.fail("no BaseFont", a="6.2.11.2")
        if self.kind in ("Type1", "MMType1", "TrueType"):
            first, last, widths = (self.thing.get(key) for key in ("/FirstChar", "/LastChar", "/Widths"))
            if None in (first, last, widths) or len(widths) != int(last) - int(first) + 1:
                self.fail("Widths does not go from FirstChar to LastChar", a="6.2.11.2")
        subtype = name(self.descriptor["/FontFile3"].get("/Subtype")) if "/FontFile3" in self.descriptor else None
        if subtype is not None and subtype not in PROGRAMS:
            self.fail(f"the font program has the Subtype {subtype}", a="6.2.11.2")
        if self.descendant is None:
            return
        self.collection = name(owner.get("/CIDSystemInfo", Dictionary()).get("/Ordering"))
        encoding, system = self.thing.get("/Encoding"), owner.get("/CIDSystemInfo", Dictionary())
        if not all(name(system.get(key)) for key in ("/Registry", "/Ordering")) or "/Supplement" not in system:
            self.fail("the CIDFont has no complete CIDSystemInfo", a="6.2.11.3.1", ua="7.21.3.1")
        if isinstance(encoding, Stream):
            theirs = encoding.get("/CIDSystemInfo", Dictionary())
            if any(name(system.get(key)) != name(theirs.get(key)) for key in ("/Registry", "/Ordering")):
                self.fail("CIDSystemInfo of font and CMap disagree", a="6.2.11.3.1", ua="7.21.3.1")
            inside = re.search(rb"/WMode\s+(\d)", encoding.read_bytes())
            if int(encoding.get("/WMode", 0)) != (int(inside[1]) if inside else 0):
                self.fail("WMode differs inside the CMap", a="6.2.11.3.3", ua="7.21.3.3")
        gids = owner.get("/CIDToGIDMap")
        if name(owner.get("/Subtype")) == "CIDFontType2" and self.program and (
                not isinstance(gids, Stream) and gids != Name.Identity):
            self.fail("CIDToGIDMap is neither a stream nor Identity", a="6.2.11.3.2", ua="7.21.3.2")

    def _open_program(self):
        """Opens the embedded program. What fontTools cannot open is reported, since other readers may fail too."""
        try:
            if "/FontFile2" in self.descriptor:
                self.program = TTFont(io.BytesIO(self.descriptor["/FontFile2"].read_bytes()), lazy=True)
                self.program["glyf"], self.program["hmtx"]
            elif "/FontFile3" in self.descriptor:
                data = self.descriptor["/FontFile3"].read_bytes()
                if data[:4] in (b"OTTO", b"\0\1\0\0", b"true"):
                    self.program = TTFont(io.BytesIO(data), lazy=True)
                    cff = self.program["CFF "].cff if "CFF " in self.program else None
                else:
                    cff = cffLib.CFFFontSet()
                    cff.decompile(io.BytesIO(data), None)
                    self.program = cff
                if cff is not None:
                    self.glyphs = cff[0]
            elif "/FontFile" in self.descriptor:
                font = t1Lib.T1Font.__new__(t1Lib.T1Font)
                font.encoding, font.data = "ascii", self.descriptor["/FontFile"].read_bytes()
                font.parse()
                self.program, self.glyphs = font, font
        except Exception as error:  # fontTools raises whatever its parsers meet
            self.program = None
            self.fail(f"the font program does not open: {error!r}", a="6.2.11.4.1", ua="7.21.4.1")

    def _read_encoding(self, owner):
        encoding = self.thing.get("/Encoding")
        self.names = None
        if self.descendant is not None:
            if isinstance(encoding, Stream):
                self.cmap = CMap(encoding.read_bytes())
            elif name(encoding) not in ("Identity-H", "Identity-V"):
                self.fail(f"the CMap {name(encoding)} is not embedded (or predefined, which is not judged here)",
                          a="6.2.11.3.3", ua="7.21.3.3")
            gid = owner.get("/CIDToGIDMap")
            self.gids = gid.read_bytes() if isinstance(gid, Stream) else None
            return
        symbolic = bool(int(self.descriptor.get("/Flags", 0)) & 4)
        base = encoding.get("/BaseEncoding") if isinstance(encoding, Dictionary) else encoding
        differences = encoding.get("/Differences", []) if isinstance(encoding, Dictionary) else []
        if self.kind == "TrueType" and self.program:
            self._check_true_type(symbolic, name(base), differences, encoding)
        if base is not None or not symbolic or self.kind == "Type3":
            self.names = list(ENCODINGS.get(name(base), StandardEncoding))
        elif isinstance(self.glyphs, cffLib.TopDict) and isinstance(getattr(self.glyphs, "Encoding", None), list):
            self.names = list(self.glyphs.Encoding)
        elif isinstance(self.glyphs, t1Lib.T1Font):
            self.names = list(self.glyphs.font.get("Encoding", StandardEncoding))
        code = 0
        for item in differences:
            if isinstance(item, int):
                code = item
            elif self.names and code < 256:
                self.names[code] = name(item)
                code += 1

    def _check_true_type(self, symbolic, base, differences, encoding):
        tables = self.program["cmap"].tables if "cmap" in self.program else []
        microsoft_symbol = any((one.platformID, one.platEncID) == (3, 0) for one in tables)
        if symbolic:
            if encoding is not None:
                self.fail("a symbolic TrueType font with an Encoding", a="6.2.11.6", ua="7.21.6")
            if len(tables) != 1 and not microsoft_symbol:
                self.fail("a symbolic TrueType font wants one cmap, or a (3,0) cmap", a="6.2.11.6", ua="7.21.6")
        else:
            if base not in ("MacRomanEncoding", "WinAnsiEncoding"):
                self.fail(f"a TrueType font with the encoding {base!r}", a="6.2.11.6", ua="7.21.6")
            if len(tables) <= microsoft_symbol:
                self.fail("a TrueType font without a cmap for its encoding", a="6.2.11.6", ua="7.21.6")
            if any(isinstance(item, Name) and name(item) not in agl.AGL2UV for item in differences):
                self.fail("Differences has names outside the Adobe Glyph List", a="6.2.11.6", ua="7.21.6")

    def _read_widths(self, owner):
        self.widths = {}
        if self.descendant is None:
            first = int(self.thing.get("/FirstChar", 0))
            self.default = float(self.descriptor.get("/MissingWidth", 0))
            self.widths = {first + at: float(width) for at, width in enumerate(self.thing.get("/Widths", []))}
            return
        self.default = float(owner.get("/DW", 1000))
        items = iter(list(owner.get("/W", [])))
        for first in items:
            value = next(items)
            if isinstance(value, Array):
                self.widths.update((int(first) + at, float(width)) for at, width in enumerate(value))
            else:
                width = float(next(items))
                self.widths.update((cid, width) for cid in range(int(first), int(value) + 1))

    def codes(self, data):
        """The codes of a shown string, each with its length in bytes."""
        if self.descendant is None:
            return [(byte, 1) for byte in data]
        lengths = sorted(self.cmap.lengths) if self.cmap and self.cmap.lengths else [2]
        if len(lengths) == 1:
            size = lengths[0]
            return [(int.from_bytes(data[at:at + size], "big"), size) for at in range(0, len(data), size)]
        got, at = [], 0
        while at < len(data):
            size = next((n for n in lengths if self.cmap.number(int.from_bytes(data[at:at + n], "big"), n) is not None),
                        lengths[0])
            got.append((int.from_bytes(data[at:at + size], "big"), size))
            at += size
        return got

    def text(self, code, length):
        """What the code says in Unicode; None when the file does not tell."""
        got = self.to_unicode.text(code, length) if self.to_unicode else None
        if got is None and self.descendant is None and self.names and 0 <= code < 256:
            got = agl.toUnicode(self.names[code]) or None
        return got

    def use(self, code, length, visible):
        """Judges one shown code, once per font; returns its Unicode text."""
        if (code, visible) not in self.judged:
            self.judged[code, visible] = self.text(code, length)
            self._judge(code, length, visible)
        return self.judged[code, visible]

    def _judge(self, code, length, visible):
        text, label = self.judged[code, visible], f"code {code:#x}"
        if not text and self.collection in COLLECTIONS:
            pass  # Unicode follows from the character collection
        elif not text:
            self.fail(f"{label} has no Unicode", a="6.2.11.7.2", ua="7.21.7")
        elif set(text) & set("\0\ufeff\ufffe"):
            self.fail(f"{label} is mapped to U+0000, U+FEFF or U+FFFE", a="6.2.11.7.2", ua="7.21.7")
        if self.kind == "Type3":
            return
        if self.program is None:
            if visible:
                self.fail("the font is not embedded", a="6.2.11.4.1", ua="7.21.4.1")
            return
        glyph, width = self._glyph(code, length)
        if glyph in (0, ".notdef"):
            self.fail(f"{label} shows .notdef", a="6.2.11.8", ua="7.21.8")
        if not visible:
            return
        if glyph is None:
            self.fail(f"{label} has no glyph in the font program", a="6.2.11.4.1", ua="7.21.4.1")
            return
        cid = code if not self.cmap else self.cmap.number(code, length)
        stated = self.widths.get(cid, self.default)
        if width is not None and abs(width - stated) > 1:
            self.fail(f"{label} is {width:.1f} wide in the program, {stated:g} in the dictionary", a="6.2.11.5", ua="7.21.5")

    def _glyph(self, code, length):
        """(glyph number or name, its width in thousandths); (None, None) when the program lacks it."""
        if self.descendant is not None:
            cid = self.cmap.number(code, length) if self.cmap else code
            if cid is None:
                return None, None
            if self.glyphs is not None:
                return self._charstring(self._cff_name(cid))
            gid = int.from_bytes(self.gids[2 * cid:2 * cid + 2], "big") if self.gids is not None else cid
            return self._outline(gid)
        if self.glyphs is not None:
            return self._charstring(self.names[code] if self.names and code < 256 else None)
        return self._outline(self._true_type_glyph(code))

    def _cff_name(self, cid):
        if hasattr(self.glyphs, "ROS"):
            return ".notdef" if cid == 0 else f"cid{cid:05d}"
        order = self.glyphs.charset
        return order[cid] if cid < len(order) else None

    def _charstring(self, glyph):
        if glyph is None:
            return None, None
        if isinstance(self.glyphs, t1Lib.T1Font):
            glyphs = self.glyphs.getGlyphSet()
            matrix = self.glyphs.font.get("FontMatrix", [0.001])
        else:
            glyphs, matrix = self.glyphs.CharStrings, self.glyphs.rawDict.get("FontMatrix", [0.001])
        if glyph not in glyphs:
            return None, None
        shape = glyphs[glyph]
        shape.draw(NullPen())
        return glyph, shape.width * matrix[0] * 1000

    def _outline(self, gid):
        if gid is None or gid >= self.program["maxp"].numGlyphs:
            return None, None
        advance = self.program["hmtx"].metrics[self.program.getGlyphName(gid)][0]
        return gid, advance * 1000 / self.program["head"].unitsPerEm

    def _true_type_glyph(self, code):
        tables = {(one.platformID, one.platEncID): one.cmap for one in self.program["cmap"].tables} \
            if "cmap" in self.program else {}
        found = None
        if self.names is not None and code < 256:
            text = agl.toUnicode(self.names[code])
            if (3, 1) in tables and text:
                found = tables[3, 1].get(ord(text[0]))
            if found is None and (1, 0) in tables and self.names[code] in MacRoman:
                found = tables[1, 0].get(MacRoman.index(self.names[code]))
        else:
            for base in (0xF000, 0xF100, 0xF200, 0):
                found = found or tables.get((3, 0), {}).get(base + code)
            found = found or tables.get((1, 0), {}).get(code)
            if found is None and len(tables) == 1:
                found = next(iter(tables.values())).get(code)
        return 0 if found is None else self.program.getGlyphID(found)

    def close(self):
        """What only the whole of the used codes can tell: a CIDSet or CharSet, when there is one."""
        if not SUBSET.match(name(self.thing.get("/BaseFont"))) or "/CIDSet" not in self.descriptor:
            return
        bits = self.descriptor["/CIDSet"].read_bytes()
        for code, _ in self.judged:
            cid = code if not self.cmap else self.cmap.number(code, 2) or 0
            if cid // 8 >= len(bits) or not bits[cid // 8] >> (7 - cid % 8) & 1:
                self.fail(f"CIDSet does not list CID {cid}", a="6.2.11.4.2", ua="7.21.4.2")
