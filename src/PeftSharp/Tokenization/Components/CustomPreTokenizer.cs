using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>A pre-tokenizer registered with <see cref="TokenizerComponents.RegisterPreTokenizer"/>.</summary>
internal sealed class CustomPreTokenizer(JsonObject source, SplitText split) : SplittingPreTokenizer
{
    internal override JsonObject ToJson() => (JsonObject)source.DeepClone();

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        var done = 0;
        foreach (var word in split(text.ToString()))
        {
            var (start, end) = (word.Start.GetOffset(text.Length), word.End.GetOffset(text.Length));
            if (start < done || end < start || end > text.Length || CodePoints.IsInside(text, start) || CodePoints.IsInside(text, end))
                throw new TokenizerException($"The pre-tokenizer '{source["type"]}' returned the range {word} for a text of {text.Length} "
                    + "UTF-16 units; ranges must lie within the text, be in the order of the text, "
                    + $"not overlap (the previous range ends at {done}) and not split a surrogate pair.");
            PreTokenizedText.AddWord(words, offset + start, offset + end);
            done = end;
        }
    }
}
