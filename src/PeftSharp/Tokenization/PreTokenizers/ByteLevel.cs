using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits a text into words as GPT-2 does and encodes their bytes as characters, so that any text can be encoded.</summary>
/// <param name="addPrefixSpace">Whether to add a space before a text that does not start with one.</param>
/// <param name="trimOffsets">Only stored, for tokenizer.json; the post-processor of the same name applies this option.</param>
/// <param name="useRegex">Whether to split into words.</param>
internal sealed class ByteLevel(bool addPrefixSpace, bool trimOffsets, bool useRegex) : PreTokenizer
{
    internal override void PreTokenize(PreTokenizedText text)
    {
        if (addPrefixSpace)
            AddPrefixSpace(text);
        if (useRegex)
            Split(text);
        Spell(text);
    }

    internal override ByteLevel WithoutSplitting() => new(addPrefixSpace, trimOffsets, useRegex: false);

    internal static ByteLevel FromJson(JsonPart part) =>
        new(part.Flag("add_prefix_space"), part.Flag("trim_offsets"), part.Flag("use_regex", absent: true));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = addPrefixSpace, ["trim_offsets"] = trimOffsets, ["use_regex"] = useRegex };

    private static void Split(PreTokenizedText text)
    {
        var words = text.BeginSpans();
        foreach (var span in text.Spans)
        {
            if (span.TokenId == TextSpan.Word)
                Gpt2Splitter.Split(text.Text.Chars[span.Start..span.End], span.Start, words);
            else
                words.Add(span);
        }
        text.EndSpans();
    }

    // The added space has the offsets of the character after it.
    private static void AddPrefixSpace(PreTokenizedText text) => text.Rewrite((aligned, span) =>
    {
        if (aligned.Chars[span.Start] != ' ')
        {
            var first = CodePoints.At(aligned.Chars, span.Start, out _);
            aligned.Emit(' ', 0);
            aligned.Emit(first, 1);
        }
        aligned.KeepUntil(span.End);
    });

    private static void Spell(PreTokenizedText text)
    {
        var chars = text.Text.Chars;
        if (System.Text.Ascii.IsValid(chars))
        {
            // Each character is replaced by one character. This also changes characters outside of words and in added tokens, which are
            // not read again.
            foreach (ref var c in chars)
                c = ByteAlphabet.Chars[c];
            return;
        }
        text.Rewrite((aligned, span) => ByteAlphabet.Spell(aligned, span.Start, span.End));
    }
}
