"""Packs tables of code points into a C# file: numbers are LEB128, signed ones zigzag; the whole is deflated and written in base 64."""
import base64, zlib


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


def write(path, type_name, script, raw):
    """Writes the packed tables as a constant of a C# type, and returns the number of characters."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = base64.b64encode(deflate.compress(raw) + deflate.flush()).decode()
    lines = "\n".join(f'        "{text[i:i + 124]}"' + (" +" if i + 124 < len(text) else ";") for i in range(0, len(text), 124))
    path.write_text(f"""// Made by tools/unicode/{script}, which describes the layout: {len(raw):,} bytes, deflated, in base 64. Do not edit.
namespace PeftSharp.Tokenization;

internal static partial class {type_name}
{{
    private const string Packed =
{lines}
}}
""")
    return len(text)
