using System.Runtime.InteropServices;

namespace PeftSharp.Tokenization;

/// <summary>Counts the words of texts.</summary>
internal static class WordCounter
{
    private const int ReportEvery = 1000;

    /// <summary>Returns the words and their numbers of occurrences, in the order of their first occurrence.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="normalizer">Changes a text; null: none.</param>
    /// <param name="preTokenizer">Splits a text into words; null: each text is a word.</param>
    /// <param name="progress">Receives reports.</param>
    /// <param name="cancellationToken">Checked for each text.</param>
    /// <exception cref="ArgumentException">A text is null.</exception>
    internal static IReadOnlyList<KeyValuePair<string, long>> Count(
        IEnumerable<string> texts, Normalizer? normalizer, PreTokenizer? preTokenizer, IProgress<TokenizerTrainProgress>? progress,
        CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var piece = new PreTokenizedText();
        var done = 0;
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (text is null)
                throw new ArgumentException($"Text {done} is null. Remove it, or pass an empty string instead.", nameof(texts));
            piece.Text.Reset(text, 0, text.Length);
            normalizer?.Normalize(piece.Text);
            piece.Spans.Clear();
            PreTokenizedText.AddWord(piece.Spans, 0, piece.Text.Chars.Length);
            preTokenizer?.PreTokenize(piece);
            foreach (var span in piece.Spans)
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, piece.Text.Chars[span.Start..span.End], out _)++;
            if (++done % ReportEvery == 0)
                progress?.Report(new TokenizerTrainProgress("Count words", done, null));
        }
        progress?.Report(new TokenizerTrainProgress("Count words", done, done));
        return [.. counts];
    }
}
