using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>A normalizer registered with <see cref="TokenizerComponents.RegisterNormalizer"/>.</summary>
internal sealed class CustomNormalizer(JsonObject source, NormalizeText normalize) : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        var (before, length) = (text.Chars.ToString(), text.Length);
        var end = 0;
        var rewriting = false;
        foreach (var edit in normalize(before))
        {
            if (edit.Start < end || edit.Length < 0 || edit.Length > length - edit.Start || edit.Replacement is null
                || CodePoints.IsInside(before, edit.Start) || CodePoints.IsInside(before, edit.Start + edit.Length))
                throw new TokenizerException($"The normalizer '{source["type"]}' returned {edit} for a text of {length} UTF-16 units; "
                    + $"edits must lie within the text, be in the order of the text, not overlap (the previous edit ends at {end})"
                    + " and not split a surrogate pair.");
            if (!rewriting)
                text.BeginRewrite();
            rewriting = true;
            text.KeepUntil(edit.Start);
            end = edit.Start + edit.Length;
            text.DropUntil(end);
            text.Insert(edit.Replacement);
        }
        if (!rewriting)
            return;
        text.KeepUntil(length);
        text.EndRewrite();
    }

    internal override JsonObject ToJson() => (JsonObject)source.DeepClone();
}
