namespace PeftSharp.Prediction;

/// <summary>An entity that an <see cref="EntityRecognizer"/> recognized in a text.</summary>
/// <param name="Type">
/// The label, such as <c>B-PER</c>. If tokens are combined into entities, only the part after the first hyphen, such as <c>PER</c>.
/// </param>
/// <param name="Text">The entity as it occurs in the text: <c>text[Start..End]</c>.</param>
/// <param name="Start">The index of the first character of the entity, in UTF-16 code units.</param>
/// <param name="End">The index after the last character of the entity, in UTF-16 code units.</param>
/// <param name="Score">The mean probability of the label over the tokens or words of the entity, from 0 to 1.</param>
public sealed record RecognizedEntity(string Type, string Text, int Start, int End, float Score)
{
    /// <summary>
    /// The index of the first word of the entity, if the words were given one by one (<c>RecognizeWords</c>); otherwise null.
    /// </summary>
    public int? FirstWord { get; init; }

    /// <summary>
    /// The index of the last word of the entity, if the words were given one by one (<c>RecognizeWords</c>); otherwise null.
    /// </summary>
    public int? LastWord { get; init; }
}
