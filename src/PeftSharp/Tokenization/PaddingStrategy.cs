namespace PeftSharp.Tokenization;

/// <summary>How rows are brought to one length; Python's <c>padding</c>. <c>true</c> is <see cref="Longest"/>, <c>false</c> (the default) is <see cref="DoNotPad"/>.</summary>
public readonly record struct PaddingStrategy
{
    private readonly string? _name;

    private PaddingStrategy(string name) => _name = name;

    /// <summary>No padding; rows keep their lengths.</summary>
    public static PaddingStrategy DoNotPad => default;

    /// <summary>To the longest row of the batch.</summary>
    public static PaddingStrategy Longest { get; } = new("longest");

    /// <summary>To <c>maxLength</c>, or the longest that the model takes where that is not given.</summary>
    public static PaddingStrategy MaxLength { get; } = new("max_length");

    /// <summary>Python's <c>padding=True</c> and <c>padding=False</c>.</summary>
    public static implicit operator PaddingStrategy(bool longest) => longest ? Longest : DoNotPad;

    /// <summary>Python's names: <c>"longest"</c>, <c>"max_length"</c>, <c>"do_not_pad"</c>.</summary>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static implicit operator PaddingStrategy(string name) => name switch
    {
        "longest" => Longest,
        "max_length" => MaxLength,
        "do_not_pad" => DoNotPad,
        _ => throw new ArgumentException($"'{name}' is no kind of padding; choose longest, max_length or do_not_pad.", nameof(name)),
    };

    /// <summary>Python's name.</summary>
    public override string ToString() => _name ?? "do_not_pad";
}
