using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <inheritdoc cref="BertNormalizerOptions"/>
internal sealed class BertNormalizer(BertNormalizerOptions options) : Normalizer
{
    private static readonly Lowercase Lower = new();

    internal BertNormalizerOptions Options => options;

    internal override void Normalize(AlignedText text)
    {
        if (options.CleanText)
        {
            CodePointFilter.Remove(text, UnicodeFlags.Removed);
            BlankSpaces(text.Chars);
        }
        var isAscii = System.Text.Ascii.IsValid(text.Chars);
        if (options.HandleChineseChars && !isAscii)
            SeparateChinese(text);
        if ((options.StripAccents ?? options.Lowercase) && !isAscii)
        {
            UnicodeForm.Nfd.Normalize(text);
            CodePointFilter.Remove(text, UnicodeFlags.NonSpacingMark);
        }
        if (options.Lowercase)
            Lower.Normalize(text);
    }

    internal static BertNormalizer FromJson(JsonPart part) => new(new BertNormalizerOptions(
        part.Flag("clean_text"), part.Flag("handle_chinese_chars"),
        part["strip_accents"].IsNull ? null : part.Flag("strip_accents"), part.Flag("lowercase")));

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "BertNormalizer",
        ["clean_text"] = options.CleanText,
        ["handle_chinese_chars"] = options.HandleChineseChars,
        ["strip_accents"] = options.StripAccents,
        ["lowercase"] = options.Lowercase,
    };

    private static void BlankSpaces(Span<char> chars)
    {
        foreach (ref var c in chars)
            if (c != ' ' && UnicodeTables.Is(c, UnicodeFlags.Space))
                c = ' ';
    }

    // A space is added before and after each Chinese character. For the offsets, the first space replaces the character, and the character
    // and the second space are insertions after the first space, as in the reference implementation.
    private static void SeparateChinese(AlignedText text)
    {
        var chars = text.Chars;
        var rewriting = false;
        for (var i = 0; i < chars.Length;)
        {
            var start = i;
            var c = CodePoints.At(chars, i, out var units);
            i += units;
            if (!IsChinese(c))
                continue;
            if (!rewriting)
                text.BeginRewrite();
            rewriting = true;
            text.KeepUntil(start);
            text.Emit(' ', 0);
            text.Emit(c, 1);
            text.Emit(' ', 1);
        }
        if (!rewriting)
            return;
        text.KeepUntil(chars.Length);
        text.EndRewrite();
    }

    // U+2B820..U+2B91F is missing, as in the reference implementation, whose results must be the same.
    private static bool IsChinese(int c) =>
        c is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F
        or >= 0x2B740 and <= 0x2B81F or >= 0x2B920 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
