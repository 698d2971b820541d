"""Writes src/PeftSharp/Tokenization/Unicode/UnicodeTables.Generated.cs: which code points are letters, spaces, punctuation …, their lower case, decompositions and combining
classes, as the Rust tokenizers (package `tokenizers`, 0.23) see them. Its parts were compiled against different versions of Unicode, and .NET against another one, so the facts are
read off by asking the package about every code point; combining classes are the standard's for the marks that the package reorders.

    python tools/unicode/make_tables.py           (needs: pip install tokenizers; takes half a minute)

Layout before compression (numbers are LEB128, signed ones zigzag):
  8 sets, each:   count, then (gap since the last end, length) per range, in the order of FLAGS below
  lower case:     count, then (code point - last, number n, n x (mapped - code point))
  NFD:            count, then (code point - last, 2n + (1 if NFC puts it together again), n x (part - code point)); Hangul is arithmetic
  NFKD:           the same for those that differ from NFD (bit 0 is 0)
  classes:        count, then (code point - last, class)
"""
import base64, unicodedata, zlib
from pathlib import Path
from tokenizers import Regex, normalizers as n, pre_tokenizers as p

FLAGS = ["Space", "Removed", "Punctuation", "NonSpacingMark", "CombiningMark", "Letter", "Number", "Word"]
points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
hangul = range(0xAC00, 0xAC00 + 11172)
out = Path(__file__).resolve().parents[2] / "src/PeftSharp/Tokenization/Unicode/UnicodeTables.Generated.cs"


def of_class(pattern):
    pieces = p.Split(Regex(pattern), "removed", invert=True).pre_tokenize_str("".join(map(chr, points)))
    return {ord(c) for piece, _ in pieces for c in piece}


def bert(**on):
    return n.BertNormalizer(**{**dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False), **on})


def number(value):
    data = bytearray()
    while True:
        low, value = value & 127, value >> 7
        data.append(low | (128 if value else 0))
        if not value: return bytes(data)


def signed(value): return number(value * 2 if value >= 0 else -value * 2 - 1)


def ranges(members):
    data, count, end, members = b"", 0, 0, sorted(members)
    i = 0
    while i < len(members):
        start = i
        while i + 1 < len(members) and members[i + 1] == members[i] + 1: i += 1
        data += number(members[start] - end) + number(i - start + 1)
        end, count, i = members[i] + 1, count + 1, i + 1
    return number(count) + data


def mapping(entries, head):
    data, last = number(len(entries)), 0
    for c in sorted(entries):
        data += number(c - last) + number(head(c)) + b"".join(signed(ord(x) - c) for x in entries[c])
        last = c
    return data


clean, marks, strip, lower = bert(clean_text=True), bert(strip_accents=True), n.StripAccents(), n.Lowercase()
nfd, nfkd, nfc, punctuation, words = n.NFD(), n.NFKD(), n.NFC(), p.BertPreTokenizer(), p.Whitespace()
sets = {name: set() for name in FLAGS}
sets["Space"], sets["Letter"], sets["Number"] = of_class(r"\s+"), of_class(r"\p{L}+"), of_class(r"\p{N}+")
lowered, canonical, compatible, classes = {}, {}, {}, {}
for c in points:
    x = chr(c); inside = f"a{x}a"
    if clean.normalize_str(inside) == "aa": sets["Removed"].add(c)
    if len(punctuation.pre_tokenize_str(inside)) == 3: sets["Punctuation"].add(c)
    if len(words.pre_tokenize_str(inside)) == 1: sets["Word"].add(c)
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
deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
text = base64.b64encode(deflate.compress(raw) + deflate.flush()).decode()
lines = "\n".join(f'        "{text[i:i + 124]}"' + (" +" if i + 124 < len(text) else ";") for i in range(0, len(text), 124))
out.write_text(f"""// Made by tools/unicode/make_tables.py, which says how it is laid out: {len(raw):,} bytes, deflated, in base 64. Do not edit.
namespace PeftSharp.Tokenization;

internal static partial class UnicodeTables
{{
    private const string Packed =
{lines}
}}
""")
print({name: len(s) for name, s in sets.items()}, len(lowered), len(canonical), len(compatible), len(classes), len(raw), len(text), out)
