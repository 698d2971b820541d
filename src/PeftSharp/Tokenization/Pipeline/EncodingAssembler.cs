using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Truncates the tokens of a text or a pair and adds special tokens.</summary>
internal static class EncodingAssembler
{
    /// <exception cref="ArgumentException">The maximum length has no room for the special tokens.</exception>
    /// <exception cref="TokenizerException">The text to truncate is absent or too short.</exception>
    internal static TextEncoding Assemble(
        TokenizerPipeline pipeline, TokenRun[] runs, bool addSpecialTokens, TruncationPlan? truncation, bool keepOverflow)
    {
        var template = pipeline.PostProcessor?.Template ?? TemplateProcessing.Plain;
        var added = addSpecialTokens ? template.AddedTokens(isPair: runs.Length == 2) : 0;
        if (truncation is not null && truncation.MaxLength < added)
            throw new ArgumentException(
                $"maxLength {truncation.MaxLength} has no room for the {Quantity.Of(added, "special token")} of a "
                + $"{(runs.Length == 2 ? "pair" : "text")}. Increase maxLength, or set addSpecialTokens to false.");
        var lengths = Array.ConvertAll(runs, run => run.Ids.Length);
        var parts = truncation is null
            ? Array.ConvertAll(lengths, length => new List<(int Start, int End)> { (0, length) })
            : truncation.Parts(lengths, truncation.MaxLength - added);
        var pieces = runs.Length == 2 ? template.Pair : template.Single;
        var selections = Selections(pieces, parts);
        var isTruncated = parts.Any(part => part.Count > 1);
        return Of(selections[0], keepOverflow ? [.. selections.Skip(1).Select(selection => Of(selection, []))] : []);

        TextEncoding Of(int[] selection, IReadOnlyList<TextEncoding> overflowing)
        {
            var segments = Segments(template, pieces, runs, parts, selection, addSpecialTokens);
            return new TextEncoding(segments, pipeline, overflowing) { IsTruncated = isTruncated };
        }
    }

    // Returns an array for each encoding, which contains, for each text, the index of its part in the encoding. The first encoding is the
    // result; the other encodings are the overflowing parts, in the order in which the reference implementation merges pieces.
    private static List<int[]> Selections(IReadOnlyList<TemplatePiece> pieces, List<(int, int)>[] parts)
    {
        var kept = new int[parts.Length];
        var overflowing = new List<int[]>();
        foreach (var piece in pieces)
        {
            if (piece.Text is not { } text || parts[text].Count == 1)
                continue;
            var next = new List<int[]>();
            foreach (var selection in overflowing.Append(kept))
                for (var part = ReferenceEquals(selection, kept) ? 1 : 0; part < parts[text].Count; part++)
                    next.Add([.. selection.Select((chosen, i) => i == text ? part : chosen)]);
            overflowing = next;
        }
        return [kept, .. overflowing];
    }

    private static List<EncodingSegment> Segments(
        TemplateProcessing template, IReadOnlyList<TemplatePiece> pieces, TokenRun[] runs, List<(int, int)>[] parts, int[] selection,
        bool addSpecialTokens)
    {
        var segments = new List<EncodingSegment>(pieces.Count + 1);
        foreach (var piece in pieces)
        {
            if (piece.Text is { } text)
            {
                var takesTemplateType = selection[text] == 0 || template.TypesOverflow;
                segments.Add(
                    EncodingSegment.OfText(runs[text], parts[text][selection[text]], takesTemplateType ? piece.TypeId : text, text));
            }
            else if (addSpecialTokens)
            {
                segments.Add(EncodingSegment.OfSpecial(template.IdsOf(piece), piece.TypeId));
            }
        }
        return segments;
    }
}
