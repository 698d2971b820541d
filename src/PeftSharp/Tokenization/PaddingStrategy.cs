namespace PeftSharp.Tokenization;

/// <summary>
/// How rows are padded; <c>padding</c> in Python. <c>true</c> converts to <see cref="Longest"/>, <c>false</c> to <see cref="DoNotPad"/>.
/// The default value is <see cref="DoNotPad"/>.
/// </summary>
public readonly record struct PaddingStrategy
{
    private readonly string? _name;

    private PaddingStrategy(string name) => _name = name;

    /// <summary>No padding: rows keep their lengths.</summary>
    public static PaddingStrategy DoNotPad => default;

    /// <summary>Pads to the length of the longest row in the batch.</summary>
    public static PaddingStrategy Longest { get; } = new("longest");

    /// <summary>
    /// Pads to <c>maxLength</c>. If <c>maxLength</c> is not given, pads to <see cref="Tokenizer.ModelMaxLength"/>; if that is null, too,
    /// rows are not padded.
    /// </summary>
    public static PaddingStrategy MaxLength { get; } = new("max_length");

    /// <summary>Converts true to <see cref="Longest"/> and false to <see cref="DoNotPad"/>, as Python does.</summary>
    public static implicit operator PaddingStrategy(bool longest) => longest ? Longest : DoNotPad;

    /// <summary>Converts a name that Python uses: <c>"longest"</c>, <c>"max_length"</c> or <c>"do_not_pad"</c>.</summary>
    /// <exception cref="ArgumentException">The name is not <c>"longest"</c>, <c>"max_length"</c> or <c>"do_not_pad"</c>.</exception>
    public static implicit operator PaddingStrategy(string name) => name switch
    {
        "longest" => Longest,
        "max_length" => MaxLength,
        "do_not_pad" => DoNotPad,
        _ => throw new ArgumentException($"'{name}' is not a padding strategy. Use longest, max_length or do_not_pad.", nameof(name)),
    };

    /// <summary>The name in Python.</summary>
    public override string ToString() => _name ?? "do_not_pad";
}
