namespace PeftSharp.Tokenization;

/// <summary>
/// Which text is truncated if there are more tokens than the maximum length; <c>truncation</c> in Python. <c>true</c> converts to
/// <see cref="LongestFirst"/>, <c>false</c> to <see cref="DoNotTruncate"/>.
/// </summary>
/// <remarks>
/// The default value (<c>None</c> in Python) means <see cref="LongestFirst"/> if <c>maxLength</c> is given without padding, and
/// <see cref="DoNotTruncate"/> otherwise.
/// </remarks>
public readonly record struct TruncationStrategy
{
    private readonly string? _name;

    private TruncationStrategy(string name) => _name = name;

    /// <summary>Removes tokens from a single text. In a pair, removes tokens one by one from the text that is longer.</summary>
    public static TruncationStrategy LongestFirst { get; } = new("longest_first");

    /// <summary>Removes tokens from the first text only.</summary>
    public static TruncationStrategy OnlyFirst { get; } = new("only_first");

    /// <summary>Removes tokens from the second text only.</summary>
    public static TruncationStrategy OnlySecond { get; } = new("only_second");

    /// <summary>Does not truncate.</summary>
    public static TruncationStrategy DoNotTruncate { get; } = new("do_not_truncate");

    /// <summary>Whether no strategy was chosen.</summary>
    internal bool IsLeftOut => _name is null;

    /// <summary>Converts true to <see cref="LongestFirst"/> and false to <see cref="DoNotTruncate"/>, as Python does.</summary>
    public static implicit operator TruncationStrategy(bool longestFirst) => longestFirst ? LongestFirst : DoNotTruncate;

    /// <summary>
    /// Converts a name that Python uses: <c>"longest_first"</c>, <c>"only_first"</c>, <c>"only_second"</c> or <c>"do_not_truncate"</c>.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The name is not <c>"longest_first"</c>, <c>"only_first"</c>, <c>"only_second"</c> or <c>"do_not_truncate"</c>.
    /// </exception>
    public static implicit operator TruncationStrategy(string name) => name switch
    {
        "longest_first" => LongestFirst,
        "only_first" => OnlyFirst,
        "only_second" => OnlySecond,
        "do_not_truncate" => DoNotTruncate,
        _ => throw new ArgumentException(
            $"'{name}' is not a truncation strategy. Use longest_first, only_first, only_second or do_not_truncate.", nameof(name)),
    };

    /// <summary>The name in Python; <c>none</c> for the default value.</summary>
    public override string ToString() => _name ?? "none";
}
