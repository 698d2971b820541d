"""Writes src/PeftSharp/Tokenization/Unicode/UnicodeProperties.Generated.cs: the properties of code points that regular expressions name and the scripts of the pre-tokenizer
UnicodeScripts, as in the Rust tokenizers (package `tokenizers`, 0.23) and their regular expression engine (Oniguruma). The tables are computed by calling the package.

    python tools/unicode/make_properties.py           (needs: pip install tokenizers; takes a minute)

Layout before compression (numbers are LEB128, texts are a length in bytes and UTF-8):
  3 partitions (general categories, scripts, scripts of UnicodeScripts), each: count of names, the names (aliases behind '='), count of runs, then (length, name) per run
  sets:           count, then the name and: count of ranges, (gap since the last end, length) per range
  case:           count of groups, then: count, the code points that a pattern without case does not distinguish
  long case:      count, then: the code point, count of its folded form, the folded form
"""
import re, unicodedata
from pathlib import Path
from tokenizers import Regex, pre_tokenizers as p
from packing import number, ranges, write

out = Path(__file__).resolve().parents[2] / "src/PeftSharp/Tokenization/Unicode/UnicodeProperties.Generated.cs"
points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
everything = "".join(map(chr, points))
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn".split()
SCRIPTS = """Common=Zyyy Inherited=Zinh Latin=Latn Greek=Grek Cyrillic=Cyrl Armenian=Armn Hebrew=Hebr Arabic=Arab Syriac=Syrc Thaana=Thaa Nko=Nkoo Samaritan=Samr Mandaic=Mand Devanagari=Deva
Bengali=Beng Gurmukhi=Guru Gujarati=Gujr Oriya=Orya Tamil=Taml Telugu=Telu Kannada=Knda Malayalam=Mlym Sinhala=Sinh Thai=Thai Lao=Laoo Tibetan=Tibt Myanmar=Mymr Georgian=Geor Hangul=Hang
Ethiopic=Ethi Cherokee=Cher Canadian_Aboriginal=Cans Ogham=Ogam Runic=Runr Tagalog=Tglg Hanunoo=Hano Buhid=Buhd Tagbanwa=Tagb Khmer=Khmr Mongolian=Mong Limbu=Limb Tai_Le=Tale New_Tai_Lue=Talu
Buginese=Bugi Tai_Tham=Lana Balinese=Bali Sundanese=Sund Batak=Batk Lepcha=Lepc Ol_Chiki=Olck Braille=Brai Glagolitic=Glag Coptic=Copt Tifinagh=Tfng Han=Hani Hiragana=Hira Katakana=Kana
Bopomofo=Bopo Yi=Yiii Lisu=Lisu Vai=Vaii Bamum=Bamu Syloti_Nagri=Sylo Phags_Pa=Phag Saurashtra=Saur Kayah_Li=Kali Rejang=Rjng Javanese=Java Cham=Cham Tai_Viet=Tavt Meetei_Mayek=Mtei
Linear_A=Lina Linear_B=Linb Lycian=Lyci Carian=Cari Old_Italic=Ital Gothic=Goth Old_Permic=Perm Ugaritic=Ugar Old_Persian=Xpeo Deseret=Dsrt Shavian=Shaw Osmanya=Osma Osage=Osge Elbasan=Elba
Caucasian_Albanian=Aghb Vithkuqi=Vith Todhri=Todr Cypriot=Cprt Imperial_Aramaic=Armi Palmyrene=Palm Nabataean=Nbat Hatran=Hatr Phoenician=Phnx Lydian=Lydi Meroitic_Hieroglyphs=Mero
Meroitic_Cursive=Merc Kharoshthi=Khar Old_South_Arabian=Sarb Old_North_Arabian=Narb Manichaean=Mani Avestan=Avst Inscriptional_Parthian=Prti Inscriptional_Pahlavi=Phli Psalter_Pahlavi=Phlp
Old_Turkic=Orkh Old_Hungarian=Hung Hanifi_Rohingya=Rohg Garay=Gara Yezidi=Yezi Old_Sogdian=Sogo Sogdian=Sogd Old_Uyghur=Ougr Chorasmian=Chrs Elymaic=Elym Brahmi=Brah Kaithi=Kthi Sora_Sompeng=Sora
Chakma=Cakm Mahajani=Mahj Sharada=Shrd Khojki=Khoj Multani=Mult Khudawadi=Sind Grantha=Gran Tulu_Tigalari=Tutg Newa=Newa Tirhuta=Tirh Siddham=Sidd Modi=Modi Takri=Takr Ahom=Ahom Dogra=Dogr
Warang_Citi=Wara Dives_Akuru=Diak Nandinagari=Nand Zanabazar_Square=Zanb Soyombo=Soyo Pau_Cin_Hau=Pauc Sunuwar=Sunu Bhaiksuki=Bhks Marchen=Marc Masaram_Gondi=Gonm Gunjala_Gondi=Gong Makasar=Maka
Kawi=Kawi Cuneiform=Xsux Cypro_Minoan=Cpmn Egyptian_Hieroglyphs=Egyp Anatolian_Hieroglyphs=Hluw Gurung_Khema=Gukh Mro=Mroo Tangsa=Tnsa Bassa_Vah=Bass Pahawh_Hmong=Hmng Kirat_Rai=Krai
Medefaidrin=Medf Miao=Plrd Tangut=Tang Nushu=Nshu Khitan_Small_Script=Kits Duployan=Dupl SignWriting=Sgnw Nyiakeng_Puachue_Hmong=Hmnp Toto=Toto Wancho=Wcho Nag_Mundari=Nagm Ol_Onal=Onao
Mende_Kikakui=Mend Adlam=Adlm Sidetic=Sidt Beria_Erfe=Berf Tolong_Siki=Tols Tai_Yo=Tayo Unknown=Zzzz""".split()
SETS = {"word": r"\w", "alphabetic": r"\p{Alphabetic}", "uppercase": r"\p{Uppercase}", "lowercase": r"\p{Lowercase}", "cased": r"\p{Cased}", "emoji": r"\p{Emoji}",
        "emojipresentation": r"\p{Emoji_Presentation}", "extendedpictographic": r"\p{Extended_Pictographic}", "ideographic": r"\p{Ideographic}", "posixpunct": "[[:punct:]]",
        "posixgraph": "[[:graph:]]", "posixprint": "[[:print:]]"}


def knows(pattern):
    try: Regex(pattern); return True
    except Exception: return False


def spans(pattern, text):
    return [span for _, span in p.Split(Regex(pattern), "removed", invert=True).pre_tokenize_str(text)]


def members(pattern): return [points[i] for start, end in spans(f"(?:{pattern})+", everything) for i in range(start, end)]


def text(value): return number(len(value.encode())) + value.encode()


def partition(names, runs):
    data = number(len(names)) + b"".join(text(name) for name in names) + number(len(runs))
    return data + b"".join(number(length) + number(name) for length, name in runs)


def of_properties(names):
    """A partition by properties of which every code point has exactly one. First the ends of all runs, then the property of the first code point of each run."""
    ends = spans("|".join(rf"\p{{{name.split('=')[0]}}}+" for name in names), everything)
    assert ends[0][0] == 0 and all(a[1] == b[0] for a, b in zip(ends, ends[1:])) and ends[-1][1] == len(everything)
    firsts = "".join(everything[start] for start, _ in ends)
    names_of = [None] * len(ends)
    for i, name in enumerate(names):
        for start, end in spans(rf"\p{{{name.split('=')[0]}}}", firsts):
            for place in range(start, end): names_of[place] = i
    runs = [(points[start], points[end - 1] + 1, name) for (start, end), name in zip(ends, names_of)]
    return [(stop - start, name) for start, stop, name in fill(runs)]


def fill(runs):
    """Adds surrogates, which have no property, to the previous run."""
    result = []
    for start, stop, name in runs:
        if result and result[-1][1] < start: result[-1] = (result[-1][0], start, result[-1][2])
        if result and result[-1][2] == name: result[-1] = (result[-1][0], stop, name)
        else: result.append((start, stop, name))
    assert result[0][0] == 0 and result[-1][1] == 0x110000 and all(a[1] == b[0] for a, b in zip(result, result[1:]))
    return result


def of_scripts():
    """The scripts of the pre-tokenizer: 0 for code points that belong to any script, and a number for each other one."""
    splitter = p.UnicodeScripts()
    def joined(a, b): return len(splitter.pre_tokenize_str(a + b)) == 1
    known, runs, last = [], [], None
    for c in points:
        x = chr(c)
        if joined("α", x) and joined("中", x): name = 0
        elif last and joined(known[last - 1], x): name = last
        else:
            name = next((i + 1 for i, other in enumerate(known) if joined(other, x)), None)
            if name is None: known.append(x); name = len(known)
        if name: last = name
        runs.append((c, c + 1, name))
    return [str(i) for i in range(len(known) + 1)], [(stop - start, name) for start, stop, name in fill(runs)]


def of_case():
    """Groups of code points that are equal without case, and the folded forms of several code points."""
    candidates = [c for c in points if len({chr(c), chr(c).lower(), chr(c).upper(), chr(c).casefold()}) > 1 or unicodedata.category(chr(c)) in ("Lu", "Ll", "Lt")]
    candidates = sorted(set(candidates) | {ord(y) for c in candidates for y in (chr(c).lower() + chr(c).upper() + chr(c).casefold())} | set(range(128)))
    line = "\n".join(map(chr, candidates))
    groups = {}
    for c in candidates:
        if c == 10: continue
        equal = tuple(sorted(ord(line[start]) for start, end in spans("(?i)" + re.escape(chr(c)), line) if end - start == 1))
        if len(equal) > 1: groups[equal] = None
    long = [(c, chr(c).casefold()) for c in candidates if len(chr(c).casefold()) > 1 and spans("(?i)" + re.escape(chr(c)), chr(c).casefold()) == [(0, len(chr(c).casefold()))]]
    return list(groups), long


scripts = [name for name in SCRIPTS if knows(rf"\p{{{name.split('=')[0]}}}")]
assert all(knows(rf"\p{{{alias}}}") for name in scripts for alias in name.split("=")), [n for n in scripts if not all(knows(rf"\p{{{a}}}") for a in n.split("="))]
raw = partition(CATEGORIES, of_properties(CATEGORIES)) + partition(scripts, of_properties(scripts)) + partition(*of_scripts())
raw += number(len(SETS)) + b"".join(text(name) + ranges(members(pattern)) for name, pattern in SETS.items())
groups, long = of_case()
raw += number(len(groups)) + b"".join(number(len(group)) + b"".join(map(number, group)) for group in groups)
raw += number(len(long)) + b"".join(number(c) + number(len(x)) + b"".join(number(ord(y)) for y in x) for c, x in long)
print(len(scripts), len(groups), len(long), len(raw), write(out, "UnicodeProperties", "make_properties.py", raw))
