namespace PeftSharp.Metrics;

/// <summary>An entity: neighbouring tokens of one type.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Start">Its first token.</param>
/// <param name="End">Its last token.</param>
internal readonly record struct EntitySpan(string Type, int Start, int End)
{
    private const char Outside = 'O', Begin = 'B', Inside = 'I', EndOf = 'E', Single = 'S';

    /// <summary>The entities of a sequence of tags, by the rules of seqeval's default mode (those of <c>conlleval</c>): a type that changes, or an I after O, begins an entity too.</summary>
    /// <param name="tags">Tags such as <c>B-PER</c>, <c>I-PER</c>, <c>O</c>; E (end) and S (single) are read too.</param>
    /// <exception cref="ArgumentException">A tag is of another form.</exception>
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
        _ => throw new ArgumentException($"The tag '{tag}' of token {token} is not of the form O, B-TYPE or I-TYPE (E-TYPE and S-TYPE are read too). Give the names of the tags in the order of their numbers."),
    };
}
