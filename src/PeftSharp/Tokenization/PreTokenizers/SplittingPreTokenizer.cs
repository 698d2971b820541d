namespace PeftSharp.Tokenization;

/// <summary>A pre-tokenizer that splits without changing characters.</summary>
internal abstract class SplittingPreTokenizer : PreTokenizer
{
    internal override void PreTokenize(PreTokenizedText text)
    {
        var next = text.BeginSpans();
        foreach (var span in text.Spans)
        {
            if (span.TokenId == TextSpan.Word)
                SplitInto(text.Text.Chars[span.Start..span.End], span.Start, next);
            else
                next.Add(span);
        }
        text.EndSpans();
    }

    /// <summary>Adds the words of <paramref name="text"/>, which begins at <paramref name="offset"/>.</summary>
    protected abstract void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words);
}
