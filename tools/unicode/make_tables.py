"""Writes src/PeftSharp/Tokenization/Unicode/UnicodeTables.Generated.cs: which code points are letters, spaces, punctuation …, their lower case, decompositions and combining
classes, as in the Rust tokenizers (package `tokenizers`, 0.23). The parts of the package were compiled with different versions of Unicode, and .NET with another version, so the tables are computed by
calling the package for every code point. Only the combining classes of the marks that the package reorders are those of Python's unicodedata.

    python tools/unicode/make_tables.py           (needs: pip install tokenizers; takes half a minute)

Layout before compression (numbers are LEB128, signed ones zigzag):
  sets, each:     count, then (gap since the last end, length) per range, in the order of FLAGS below
  lower case:     count, then (code point - last, number n, n x (mapped - code point))
  NFD:            count, then (code point - last, 2n + (1 if NFC puts it together again), n x (part - code point)); Hangul is arithmetic
  NFKD:           the same for those that differ from NFD (bit 0 is 0)
  classes:        count, then (code point - last, class)
"""
import struct, unicodedata
from pathlib import Path
from tokenizers import Regex, normalizers as n, pre_tokenizers as p
from packing import number, ranges, signed, write

FLAGS = ["Space", "Removed", "Punctuation", "NonSpacingMark", "CombiningMark", "Letter", "Number", "Word", "Numeric", "Joined", "Prepended", "Breaking", "Pictographic"]
points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
hangul = range(0xAC00, 0xAC00 + 11172)
out = Path(__file__).resolve().parents[2] / "src/PeftSharp/Tokenization/Unicode/UnicodeTables.Generated.cs"


def of_class(pattern):
    pieces = p.Split(Regex(pattern), "removed", invert=True).pre_tokenize_str("".join(map(chr, points)))
    return {ord(c) for piece, _ in pieces for c in piece}


def bert(**on):
    return n.BertNormalizer(**{**dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False), **on})


def mapping(entries, head):
    data, last = number(len(entries)), 0
    for c in sorted(entries):
        data += number(c - last) + number(head(c)) + b"".join(signed(ord(x) - c) for x in entries[c])
        last = c
    return data


def charsmap(key, to):
    """A compiled map of SentencePiece with a single key. Each node has its own block of 256 units, so that no two nodes share one."""
    key, here = key.encode(), 256
    units = [0] * 256 * (len(key) + 2)
    units[0] = 1 << 10 | 512
    for i, byte in enumerate(key):
        here ^= byte
        block = here >> 8 ^ (i + 2) % (len(key) + 2)
        units[here] = byte | block << 10 | 512 | (256 if i == len(key) - 1 else 0)
        here ^= block << 8
    units[here] = 1 << 31
    return struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + to.encode() + b"\0"


def grapheme_sets():
    """How code points are joined to grapheme clusters. A cluster of at most 5 bytes that starts with the key of a compiled map is replaced as a whole, so the replacement
    shows what the cluster contains."""
    a, mark, sign = (n.Precompiled(charsmap(key, to)) for key, to in (("a", "X"), ("\u0301", "Y"), ("\u00a9", "C")))
    joined = {c for c in points if a.normalize_str("a" + chr(c)) == "X"}
    prepended = {c for c in points if len(chr(c).encode()) < 3 and a.normalize_str(chr(c) + "a\u0301").endswith("X\u0301")}
    breaking = {c for c in points if len(chr(c).encode()) < 4 and mark.normalize_str(chr(c) + "\u0301\u0302").endswith("Y")}
    pictographic = {c for c in points if sign.normalize_str("\u00a9\u200d" + chr(c)).startswith("C\u200d")} - joined
    return {"Joined": joined, "Prepended": prepended, "Breaking": breaking - joined, "Pictographic": pictographic}


clean, marks, strip, lower = bert(clean_text=True), bert(strip_accents=True), n.StripAccents(), n.Lowercase()
nfd, nfkd, nfc, punctuation, words = n.NFD(), n.NFKD(), n.NFC(), p.BertPreTokenizer(), p.Whitespace()
sets = {name: set() for name in FLAGS}
sets["Space"], sets["Letter"], sets["Number"] = of_class(r"\s+"), of_class(r"\p{L}+"), of_class(r"\p{N}+")
sets |= grapheme_sets()
digits = p.Digits(individual_digits=True)
lowered, canonical, compatible, classes = {}, {}, {}, {}
for c in points:
    x = chr(c); inside = f"a{x}a"
    if clean.normalize_str(inside) == "aa": sets["Removed"].add(c)
    if len(punctuation.pre_tokenize_str(inside)) == 3: sets["Punctuation"].add(c)
    if len(words.pre_tokenize_str(inside)) == 1: sets["Word"].add(c)
    if len(digits.pre_tokenize_str(inside)) == 3: sets["Numeric"].add(c)
    if strip.normalize_str(inside) == "aa": sets["CombiningMark"].add(c)
    if lower.normalize_str(x) != x: lowered[c] = lower.normalize_str(x)
    if c in hangul: continue
    d, k = nfd.normalize_str(x), nfkd.normalize_str(x)
    if d != x: canonical[c] = d
    elif marks.normalize_str(inside) == "aa": sets["NonSpacingMark"].add(c)
    if k != d: compatible[c] = k
    if d == x and (nfd.normalize_str(f"a{x}\u0334") != f"a{x}\u0334" or nfd.normalize_str(f"a\u0345{x}") != f"a\u0345{x}"): classes[c] = unicodedata.combining(x)
assert all(classes.values())

raw = b"".join(ranges(sets[name]) for name in FLAGS)
raw += mapping(lowered, lambda c: len(lowered[c]))
raw += mapping(canonical, lambda c: 2 * len(canonical[c]) + (nfc.normalize_str(chr(c)) == chr(c)))
raw += mapping(compatible, lambda c: 2 * len(compatible[c]))
data, last = number(len(classes)), 0
for c in sorted(classes): data += number(c - last) + number(classes[c]); last = c
raw += data
print({name: len(s) for name, s in sets.items()}, len(lowered), len(canonical), len(compatible), len(classes), len(raw), write(out, "UnicodeTables", "make_tables.py", raw))
