using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Replaces spaces by a visible character, SentencePiece's <c>▁</c>, and splits before it.</summary>
/// <param name="replacement">The visible character.</param>
/// <param name="prependScheme">
/// The pieces to which the character is added as a prefix, unless they start with it. The pieces are the words of the previous
/// pre-tokenizer, or the text between added tokens.
/// </param>
/// <param name="split">Whether to split.</param>
internal sealed class Metaspace(char replacement, PrependScheme prependScheme, bool split) : PreTokenizer
{
    internal override void PreTokenize(PreTokenizedText text)
    {
        var chars = text.Text.Chars;
        var prepends = false;
        foreach (var span in text.Spans.Where(span => span.TokenId == TextSpan.Word))
        {
            chars[span.Start..span.End].Replace(' ', replacement);
            prepends |= NeedsPrefix(text, span);
        }
        if (prepends)
            Prepend(text);
        if (split)
            Split(text);
    }

    internal override Metaspace WithoutSplitting() => new(replacement, prependScheme, split: false);

    internal static Metaspace FromJson(JsonPart part) =>
        new(part.Character("replacement"), ReadPrependScheme(part), part.Flag("split", absent: true));

    /// <summary>Reads <c>prepend_scheme</c>, or <c>add_prefix_space</c> of older files.</summary>
    internal static PrependScheme ReadPrependScheme(JsonPart part) => part.TextOrNull("prepend_scheme") switch
    {
        null => part.Flag("add_prefix_space", absent: true) ? PrependScheme.Always : PrependScheme.Never,
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        _ => throw part["prepend_scheme"].Unfit("always, first or never"),
    };

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Metaspace", ["replacement"] = replacement.ToString(), ["prepend_scheme"] = NameOf(prependScheme), ["split"] = split,
    };

    internal static string NameOf(PrependScheme scheme) =>
        scheme switch { PrependScheme.Always => "always", PrependScheme.First => "first", _ => "never" };

    private bool NeedsPrefix(PreTokenizedText text, TextSpan span) =>
        (prependScheme == PrependScheme.Always || prependScheme == PrependScheme.First && text.IsAtStart(span))
        && text.Text.Chars[span.Start] != replacement;

    // The added character has the offsets of the character after it.
    private void Prepend(PreTokenizedText text) => text.Rewrite((aligned, span) =>
    {
        if (NeedsPrefix(text, span))
        {
            var first = CodePoints.At(aligned.Chars, span.Start, out _);
            aligned.Emit(replacement, 0);
            aligned.Emit(first, 1);
        }
        aligned.KeepUntil(span.End);
    });

    private void Split(PreTokenizedText text)
    {
        var chars = text.Text.Chars;
        var words = text.BeginSpans();
        foreach (var span in text.Spans)
        {
            if (span.TokenId != TextSpan.Word)
            {
                words.Add(span);
                continue;
            }
            var start = span.Start;
            for (var i = start + 1; i < span.End; i++)
            {
                if (chars[i] != replacement)
                    continue;
                words.Add(new TextSpan(start, i));
                start = i;
            }
            words.Add(new TextSpan(start, span.End));
        }
        text.EndSpans();
    }
}
