namespace PeftSharp.Tokenization;

/// <summary>Where tokens are cut off that exceed the greatest length; Python's <c>truncation</c>. <c>true</c> is <see cref="LongestFirst"/>, <c>false</c> is <see cref="DoNotTruncate"/>.</summary>
/// <remarks>Left out (<c>default</c>, Python's <c>None</c>), nothing is cut, except where <c>maxLength</c> is given without padding: then it is <see cref="LongestFirst"/>.</remarks>
public readonly record struct TruncationStrategy
{
    private readonly string? _name;

    private TruncationStrategy(string name) => _name = name;

    /// <summary>Token by token from the longer text of a pair.</summary>
    public static TruncationStrategy LongestFirst { get; } = new("longest_first");

    /// <summary>Only from the first text.</summary>
    public static TruncationStrategy OnlyFirst { get; } = new("only_first");

    /// <summary>Only from the second text.</summary>
    public static TruncationStrategy OnlySecond { get; } = new("only_second");

    /// <summary>Nothing is cut.</summary>
    public static TruncationStrategy DoNotTruncate { get; } = new("do_not_truncate");

    /// <summary>Whether it was left out.</summary>
    internal bool IsLeftOut => _name is null;

    /// <summary>Python's <c>truncation=True</c> and <c>truncation=False</c>.</summary>
    public static implicit operator TruncationStrategy(bool longestFirst) => longestFirst ? LongestFirst : DoNotTruncate;

    /// <summary>Python's names: <c>"longest_first"</c>, <c>"only_first"</c>, <c>"only_second"</c>, <c>"do_not_truncate"</c>.</summary>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static implicit operator TruncationStrategy(string name) => name switch
    {
        "longest_first" => LongestFirst,
        "only_first" => OnlyFirst,
        "only_second" => OnlySecond,
        "do_not_truncate" => DoNotTruncate,
        _ => throw new ArgumentException($"'{name}' is no kind of truncation; choose longest_first, only_first, only_second or do_not_truncate.", nameof(name)),
    };

    /// <summary>Python's name.</summary>
    public override string ToString() => _name ?? "none";
}
