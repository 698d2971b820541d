using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Combines token scores into entities, as transformers' <c>TokenClassificationPipeline</c> does.</summary>
internal static class EntityGrouping
{
    /// <summary>A token or word with the scores of all labels.</summary>
    private readonly record struct Piece(int Start, int End, float[] Scores, bool ContinuesWord);

    /// <summary>A token or word with its label.</summary>
    private readonly record struct Labeled(int Start, int End, string Label, float Score);

    /// <summary>Returns the entities of one window of a text.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="encoding">The window.</param>
    /// <param name="scores">Probabilities of all labels for each token of the window.</param>
    /// <param name="strategy">How tokens are combined.</param>
    /// <param name="tokenizer">The tokenizer, which determines word boundaries.</param>
    /// <param name="labelName">Returns the name of a label.</param>
    /// <param name="wordStarts">
    /// The position of each word in the text, if the offsets of the tokens are relative to their words. Null: they are relative to the
    /// text.
    /// </param>
    internal static IEnumerable<RecognizedEntity> Entities(
        string text, TextEncoding encoding, IReadOnlyList<float[]> scores, AggregationStrategy strategy, Tokenizer tokenizer,
        Func<int, string> labelName, int[]? wordStarts = null)
    {
        var pieces = Pieces(text, encoding, scores, tokenizer, wordStarts);
        var labeled = strategy is AggregationStrategy.None or AggregationStrategy.Simple
            ? pieces.Select(piece => Label(piece.Start, piece.End, piece.Scores))
            : Words(pieces).Select(word => Word(word));
        return strategy == AggregationStrategy.None
            ? labeled.Select(token => new RecognizedEntity(token.Label, text[token.Start..token.End], token.Start, token.End, token.Score))
            : Groups(labeled).Select(group => Join(text, group));

        Labeled Word(List<Piece> word) => strategy switch
        {
            AggregationStrategy.First => Label(word[0].Start, word[^1].End, word[0].Scores),
            AggregationStrategy.Max => Label(word[0].Start, word[^1].End, word.MaxBy(piece => piece.Scores.Max()).Scores),
            _ => Label(word[0].Start, word[^1].End,
                [.. Enumerable.Range(0, word[0].Scores.Length).Select(label => word.Average(piece => piece.Scores[label]))]),
        };

        Labeled Label(int start, int end, float[] ofLabels)
        {
            var best = Probabilities.ArgMax(ofLabels);
            return new Labeled(start, end, labelName(best), ofLabels[best]);
        }
    }

    /// <summary>
    /// Removes overlapping entities, which were found in two windows: keeps the longest entity, and of equally long entities the one with
    /// the highest score.
    /// </summary>
    internal static IReadOnlyList<RecognizedEntity> WithoutOverlaps(IEnumerable<RecognizedEntity> entities)
    {
        var result = new List<RecognizedEntity>();
        RecognizedEntity? last = null;
        foreach (var entity in entities.OrderBy(entity => entity.Start))
        {
            if (last is null || entity.Start >= last.End)
            {
                if (last is not null) result.Add(last);
                last = entity;
            }
            else if (entity.End - entity.Start > last.End - last.Start
                || entity.End - entity.Start == last.End - last.Start && entity.Score > last.Score)
            {
                last = entity;
            }
        }
        return last is null ? result : [.. result, last];
    }

    private static List<Piece> Pieces(
        string text, TextEncoding encoding, IReadOnlyList<float[]> scores, Tokenizer tokenizer, int[]? wordStarts)
    {
        var (ids, tokens, offsets, special) = (encoding.Ids, encoding.Tokens, encoding.Offsets, encoding.SpecialTokensMask);
        var words = wordStarts is null ? null : encoding.WordIds;
        var marked = tokenizer.MarksContinuations;
        var pieces = new List<Piece>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (special[i] == 1) continue;
            var wordStart = words?[i] is { } word ? wordStarts![word] : 0;
            var (start, end) = (wordStart + offsets[i].Start, wordStart + offsets[i].End);
            var continues = ids[i] != tokenizer.UnkTokenId && (marked
                ? CodePoints(tokens[i]) != CodePoints(text.AsSpan(start, end - start))
                : start > 0 && text[start - 1] != ' ' && (start == text.Length || text[start] != ' '));
            pieces.Add(new Piece(start, end, scores[i], continues));
        }
        return pieces;
    }

    private static IEnumerable<List<Piece>> Words(List<Piece> pieces)
    {
        List<Piece> word = [];
        foreach (var piece in pieces)
        {
            if (word.Count > 0 && !piece.ContinuesWord)
            {
                yield return word;
                word = [];
            }
            word.Add(piece);
        }
        if (word.Count > 0) yield return word;
    }

    private static IEnumerable<List<Labeled>> Groups(IEnumerable<Labeled> pieces)
    {
        List<Labeled> group = [];
        foreach (var piece in pieces)
        {
            if (group.Count > 0 && (piece.Label.StartsWith("B-", StringComparison.Ordinal) || Tag(piece.Label) != Tag(group[^1].Label)))
            {
                yield return group;
                group = [];
            }
            group.Add(piece);
        }
        if (group.Count > 0) yield return group;
    }

    private static RecognizedEntity Join(string text, List<Labeled> group)
    {
        var (start, end, label) = (group[0].Start, group[^1].End, group[0].Label);
        return new RecognizedEntity(
            label[(label.IndexOf('-', StringComparison.Ordinal) + 1)..], text[start..end], start, end, group.Average(piece => piece.Score));
    }

    /// <summary>Returns the label without <c>B-</c> or <c>I-</c>; a label without a prefix continues an entity.</summary>
    private static string Tag(string label) =>
        label.StartsWith("B-", StringComparison.Ordinal) || label.StartsWith("I-", StringComparison.Ordinal) ? label[2..] : label;

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}
