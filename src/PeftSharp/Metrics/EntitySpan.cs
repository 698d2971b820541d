namespace PeftSharp.Metrics;

/// <summary>An entity: consecutive tokens of one type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Start">Index of the first token.</param>
/// <param name="End">Index of the last token.</param>
internal readonly record struct EntitySpan(string Type, int Start, int End)
{
    private const char Outside = 'O', Begin = 'B', Inside = 'I', EndOf = 'E', Single = 'S';

    /// <summary>
    /// Returns the entities of a sequence of tags by the rules of seqeval's default mode and of <c>conlleval</c>: a change of type, or an I
    /// tag after O, begins an entity as well.
    /// </summary>
    /// <param name="tags">Tags such as <c>B-PER</c>, <c>I-PER</c>, <c>O</c>; E (end) and S (single) are supported as well.</param>
    /// <exception cref="ArgumentException">A tag has another form.</exception>
    internal static List<EntitySpan> Of(IReadOnlyList<string> tags)
    {
        var spans = new List<EntitySpan>();
        var (lastKind, lastType, start) = (Outside, "", 0);
        for (var i = 0; i <= tags.Count; i++)
        {
            var (kind, type) = i < tags.Count ? Parse(tags[i], i) : (Outside, "");
            var isOtherType = type != lastType;
            if (lastKind != Outside && (lastKind is EndOf or Single || kind is Begin or Single or Outside || isOtherType))
                spans.Add(new EntitySpan(lastType, start, i - 1));
            if (kind != Outside && (kind is Begin or Single || lastKind is EndOf or Single or Outside || isOtherType))
                start = i;
            (lastKind, lastType) = (kind, type);
        }
        return spans;
    }

    private static (char Kind, string Type) Parse(string? tag, int token) => tag switch
    {
        "O" => (Outside, ""),
        [Begin or Inside or EndOf or Single] => (tag[0], "_"),                  // a tag without a type, as in seqeval
        [Begin or Inside or EndOf or Single, '-', _, ..] => (tag[0], tag[2..]),
        _ => throw new ArgumentException(
            $"The tag '{tag}' of token {token} is not of the form O, B-TYPE, I-TYPE, E-TYPE or S-TYPE. "
            + "Pass the names of the tags in the order of their ids."),
    };
}
