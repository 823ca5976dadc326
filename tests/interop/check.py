#!/usr/bin/env python3
"""Checks nansen's symbols with other people's libraries: base45, zlib, cbor2, cryptography.

Nothing of nansen's code is used. In go the lines of `nansen issue --symbols`, the issuer's public key as PEM
(`nansen key export --public --pem`) and the preset dictionary; the claims of every credential come out as JSON, one
a line. With --rows the claims are compared with the list they were issued from, cell by cell.

Exit code 1 when a signature does not match or a claim is not what the list says, 2 when nothing could be checked.
"""

import argparse
import csv
import datetime
import hashlib
import json
import pathlib
import sys
import tomllib
import unicodedata
import zlib

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ROOT = pathlib.Path(__file__).resolve().parents[2]
IDENTITY, OWN, HCERT = 169, -65537, -260


class Mismatch(Exception):
    """Something is not what it should be."""


# --- From the text of symbols to the COSE message ---------------------------------------------------------------------


def cose_of(texts, dictionaries):
    """The format and the COSE_Sign1 message of one credential's symbols."""
    first = texts[0]
    if first.startswith("HC1:"):
        return "hcert", inflate_all(zlib.decompressobj(), base45.b45decode(first[4:]))
    if first.startswith("NP1:") or first.startswith("https://"):
        envelopes = [envelope_of(text) for text in texts]
        envelope = join_parts(envelopes) if envelopes[0][0] == 0x0F else envelopes[0]
        return "nansen", open_envelope(envelope, dictionaries)
    return "claim169", inflate_all(zlib.decompressobj(), base45.b45decode(first))


def inflate_all(inflate, data):
    out = inflate.decompress(data)
    if not inflate.eof or inflate.unused_data:
        raise Mismatch("the deflate stream does not end where the bytes do")
    return out


def envelope_of(text):
    if text.startswith("NP1:"):
        return base45.b45decode(text[4:])
    digits = text.split("#", 1)[1]
    lengths = [0, 3, 5, 8, 10, 13, 15, 17]
    groups = [digits[at : at + 17] for at in range(0, len(digits), 17)]
    return b"".join(int(group).to_bytes(lengths.index(len(group)), "big") for group in groups)


def open_envelope(envelope, dictionaries):
    """One codec byte: the preset dictionary in the high half, the layout in the low one."""
    dictionary, layout, body = envelope[0] >> 4, envelope[0] & 15, envelope[1:]

    def inflated(data):
        if dictionary == 0:
            return data
        return inflate_all(zlib.decompressobj(-15, zdict=dictionaries[dictionary]), data)

    if layout in (0, 1):
        return inflated(body)
    if layout in (2, 3):
        kid, signature, payload = body[:8], body[8:72], inflated(body[72:])
        algorithm = bytes([{2: 0x26, 3: 0x27}[layout]])
        head = bytes.fromhex("d2844da201") + algorithm + bytes.fromhex("0448") + kid
        return head + b"\xa0" + cbor2.dumps(payload) + b"\x58\x40" + signature
    raise Mismatch(f"unknown layout {layout}")


def join_parts(parts):
    """k-of-n parts: 0F, k, n, index, 4 bytes of SHA-256, length, shard; Lagrange over GF(256), polynomial 0x11D."""
    k, n, length = parts[0][1], parts[0][2], int.from_bytes(parts[0][8:10], "big")
    shards = {part[3]: part[10:] for part in parts if part[1:3] == parts[0][1:3] and part[4:10] == parts[0][4:10]}
    if len(shards) < k or len(shards) > n:
        raise Mismatch("too few parts")
    # The last k, so that what was computed is checked and not only what was cut.
    known = dict(sorted(shards.items())[-k:])
    envelope = b"".join(interpolate(known, index) for index in range(k))[:length]
    if hashlib.sha256(envelope).digest()[:4] != parts[0][4:8]:
        raise Mismatch("the parts do not make their document")
    return envelope


def times(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def inverse(a):
    power = 1
    for _ in range(254):
        power = times(power, a)
    return power


def interpolate(known, x):
    if x in known:
        return known[x]
    out = bytearray(len(next(iter(known.values()))))
    for at, values in known.items():
        factor = 1
        for other in known:
            if other != at:
                factor = times(factor, times(x ^ other, inverse(at ^ other)))
        for place, value in enumerate(values):
            out[place] ^= times(factor, value)
    return bytes(out)


# --- The signature ----------------------------------------------------------------------------------------------------


def verify(cose, key):
    """The payload, when the signature over the bytes as they stand is that of `key`."""
    message = cbor2.loads(cose)
    while isinstance(message, cbor2.CBORTag):
        message = message.value
    protected, unprotected, payload, signature = message
    headers = cbor2.loads(protected)
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if headers.get(4, unprotected.get(4)) != hashlib.sha256(spki).digest()[:8]:
        raise Mismatch("the kid is not that of the key")
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Mismatch("the signature does not match") from None
    return payload


# --- Short forms of the native format ---------------------------------------------------------------------------------


def scsu(data):
    """UTS #6, single-byte mode."""
    windows = [0x80, 0xC0, 0x400, 0x600, 0x900, 0x3040, 0x30A0, 0xFF00]
    static = [0, 0x80, 0x100, 0x300, 0x2000, 0x2080, 0x2100, 0x3000]
    fixed = [0xC0, 0x250, 0x370, 0x530, 0x3040, 0x30A0, 0xFF60]
    active, out, rest = 0, [], iter(data)
    for byte in rest:
        if 0x20 <= byte < 0x80:
            out.append(byte)
        elif byte >= 0x80:
            out.append(windows[active] + (byte & 0x7F))
        elif 1 <= byte <= 8:
            low = next(rest)
            out.append((static if low < 0x80 else windows)[byte - 1] + (low & 0x7F))
        elif byte == 0x0E:
            out.append(next(rest) << 8 | next(rest))
        elif byte == 0x0B:
            number = next(rest) << 8 | next(rest)
            active = number >> 13
            windows[active] = 0x10000 + (number & 0x1FFF) * 0x80
        elif 0x10 <= byte <= 0x17:
            active = byte - 0x10
        elif 0x18 <= byte <= 0x1F:
            active, place = byte - 0x18, next(rest)
            if place < 0x68:
                windows[active] = place * 0x80
            elif place < 0xA8:
                windows[active] = place * 0x80 + 0xAC00
            else:
                windows[active] = fixed[place - 0xF9]
        else:
            raise Mismatch(f"SCSU byte {byte:02x}")
    return "".join(map(chr, out))


def unpack_identifier(data):
    """Two bytes are three of forty characters."""
    alphabet = "\x000123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/."
    numbers = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    return "".join(alphabet[n // 1600] + alphabet[n // 40 % 40] + alphabet[n % 40] for n in numbers).rstrip("\x00")


def unpack_date(number):
    """Days since 1900-01-01, or below zero a year or a month with its certainty."""
    if number >= 0:
        return (datetime.date(1900, 1, 1) + datetime.timedelta(days=number)).isoformat()
    year, rest = divmod(-1 - number, 52)
    month, certainty = divmod(rest, 4)
    return f"{year + 1800:04}" + (f"-{month:02}" if month else "") + ["", "?", "~", "%"][certainty]


def native_value(field, item, members):
    kind = field["kind"]
    if kind in ("text", "name"):
        return scsu(item) if isinstance(item, bytes) else item
    if kind == "identifier":
        return unpack_identifier(item) if isinstance(item, bytes) else item
    if kind == "date":
        return unpack_date(item) if isinstance(item, int) else item
    if kind == "country":
        return "".join(chr(65 + item // place % 26) for place in (676, 26, 1))
    if kind == "choice":
        return next(value["name"] for value in field["values"] if value["code"] == item)
    if kind == "members":
        return [{f["name"]: native_value(f, row[f["key"]], []) for f in members if f["key"] in row} for row in item]
    return str(item)


# --- Claims by column -------------------------------------------------------------------------------------------------


def native_claims(payload, types):
    claims = cbor2.loads(payload)
    own, identity = claims[OWN], claims.get(IDENTITY, {})
    made = next(t for t in types if own[-1] in (t.get("id"), t["name"]))
    out = {}
    for field in made["field"]:
        key = field["key"]
        place, number = (identity, int(key[4:])) if isinstance(key, str) else (own, key)
        if number in place:
            out[field["name"]] = native_value(field, place[number], made.get("member", []))
    return made, crockford(claims[7]), out


def claim169_claims(payload, types):
    claims = cbor2.loads(payload)
    made = next(t for t in types if t["name"] == "registration")
    out = {}
    for field in made["field"]:
        number = int(field["key"][4:]) if isinstance(field["key"], str) else None
        if number not in claims[IDENTITY]:
            continue
        item = claims[IDENTITY][number]
        if number == 8 and len(item) == 8:
            item = f"{item[:4]}-{item[4:6]}-{item[6:]}"
        if number == 9:
            item = next(value["name"] for value in field["values"] if value["code"] == item)
        out[field["name"]] = item
    return made, crockford(claims[7]), out


def hcert_claims(payload, types):
    dcc = cbor2.loads(payload)[HCERT][1]
    group = next(key for key in "vtr" if key in dcc)
    made = next(t for t in types if t["wire"] == "hcert" and any(f["key"].startswith(f"hcert.{group}.") for f in t["field"]))
    out, serial = {}, None
    for field in made["field"]:
        place, name = ("", field["key"][6:]) if "." not in field["key"][6:] else field["key"][6:].split(".")
        item = (dcc if not place else dcc["nam"] if place == "nam" else dcc[place][0]).get(name)
        if item in (None, ""):
            continue
        if name == "ci":
            # URN:UVCI:01:KE:NUMBER/SERIAL#C
            body, check = item.rsplit("#", 1)
            if luhn(body) != check:
                raise Mismatch("the check character of the certificate identifier")
            item, serial = body.split(":", 4)[4].rsplit("/", 1)
            serial = f"{serial[:4]}-{serial[4:]}" if len(serial) == 8 else serial
        if field["kind"] == "choice":
            item = next(v["name"] for v in field["values"] if v.get("wire", v["name"]) == item)
        out[field["name"]] = str(item)
    if dcc["nam"].get("fnt", "A").strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ<"):
        raise Mismatch("the standardised surname")
    return made, serial, out


def luhn(body):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
    total, factor = 0, 2
    for character in reversed(body):
        value = factor * alphabet.index(character)
        total += value // 38 + value % 38
        factor = 3 - factor
    return alphabet[-total % 38]


def crockford(serial):
    number = int.from_bytes(serial, "big")
    text = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> 5 * place & 31] for place in range(7, -1, -1))
    return f"{text[:4]}-{text[4:]}"


# --- The list ---------------------------------------------------------------------------------------------------------

READERS = {"nansen": native_claims, "claim169": claim169_claims, "hcert": hcert_claims}


def wanted(field, cell):
    """The text that a cell stands for."""
    text = unicodedata.normalize("NFC", cell)
    text = "".join(c for c in text if c not in "\ufeff\u200e\u200f\u061c").replace("\u00a0", " ").replace("\u202f", " ").strip()
    if field["kind"] == "choice":
        for value in field["values"]:
            words = [value["name"], *value.get("label", {}).values(), value.get("wire", "")]
            if text.lower() in (word.lower() for word in words):
                return value["name"]
    if field["kind"] == "country":
        return text.upper()
    if field["kind"] == "language":
        head, *tail = text.split("-")
        return "-".join([head.lower(), *tail])
    if field["kind"] == "integer" and text:
        return str(int(text))
    return text


ALPHA2 = {}


def carries(form, field):
    """Whether the format has a place for the field."""
    return not (form == "claim169" and not isinstance(field["key"], str))


def compare(form, made, claims, rows):
    """The columns in which the claims are not what the rows say."""
    members = made.get("member", [])
    pairs = [(claims, rows[0], made["field"])]
    if members:
        found = next((claims[f["name"]] for f in made["field"] if f["kind"] == "members"), [])
        if len(found) != len(rows):
            yield f"{len(found)} members, where the list has {len(rows)}"
        pairs += [(claim, row, members) for claim, row in zip(found, rows)]
    for claim, row, fields in pairs:
        for field in fields:
            if field["kind"] == "members" or field["name"] not in row or not carries(form, field):
                continue
            want, have = wanted(field, row[field["name"]]), claim.get(field["name"], "")
            if form != "nansen" and field["kind"] == "date":
                want = want.rstrip("~?%")
            if form == "hcert" and field["kind"] == "country":
                # Two letters against three: the pairs are learnt from the list and must never contradict each other.
                if ALPHA2.setdefault(have, want) != want:
                    yield f"{field['name']}: {have!r} stands for {want!r} and for {ALPHA2[have]!r}"
                continue
            if have != want:
                yield f"{field['name']}: {have!r}, where the list has {want!r}"


def rows_by_subject(path, made):
    text = pathlib.Path(path).read_text(encoding="utf-8-sig")
    dialect = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    field = next(f for f in made["field"] if f["name"] == made["subject"])
    out = {}
    for row in csv.DictReader(text.splitlines(keepends=True), delimiter=dialect):
        out.setdefault(wanted(field, row[made["subject"]]), []).append(row)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("symbols", help="lines of `nansen issue --symbols`")
    parser.add_argument("key", help="the issuer's public key, PEM")
    parser.add_argument("--dictionary", default=ROOT / "src/envelope/dictionary1.bin", help="preset dictionary 1")
    parser.add_argument("--templates", default=ROOT / "templates", help="folder of the credential types")
    parser.add_argument("--rows", help="the list that the credentials were issued from")
    parser.add_argument("--quiet", action="store_true", help="print no claims")
    args = parser.parse_args()

    key = serialization.load_pem_public_key(pathlib.Path(args.key).read_bytes())
    dictionaries = {1: pathlib.Path(args.dictionary).read_bytes()}
    types = [tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted(pathlib.Path(args.templates).glob("*/type.toml"))]
    good, bad, rows, forms = 0, 0, None, {}
    for number, line in enumerate(pathlib.Path(args.symbols).read_text(encoding="utf-8").splitlines(), 1):
        said = json.loads(line)
        try:
            form, cose = cose_of(said["text"], dictionaries)
            made, serial, claims = READERS[form](verify(cose, key), types)
            if serial != said["serial"]:
                raise Mismatch(f"serial {serial}, where the line says {said['serial']}")
            if args.rows:
                rows = rows_by_subject(args.rows, made) if rows is None else rows
                subject = claims[made["subject"]]
                differences = list(compare(form, made, claims, rows.pop(subject, None) or [{made["subject"]: None}]))
                if differences:
                    raise Mismatch("; ".join(differences))
        except (Mismatch, ValueError, KeyError, TypeError, StopIteration, zlib.error) as error:
            bad += 1
            print(f"line {number}: {said.get('serial')}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        good += 1
        forms[form] = forms.get(form, 0) + 1
        if not args.quiet:
            print(json.dumps({"format": form, "type": made["name"], "serial": serial, "claims": claims}, ensure_ascii=False))
    for subject in rows or ():
        bad += 1
        print(f"{subject}: in the list and in no symbol", file=sys.stderr)
    counts = ", ".join(f"{count} {form}" for form, count in forms.items()) or "none"
    print(f"checked: {counts}; {bad} not as they should be", file=sys.stderr)
    return 1 if bad else 0 if good else 2


if __name__ == "__main__":
    sys.exit(main())
