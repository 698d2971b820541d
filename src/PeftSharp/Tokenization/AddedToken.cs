namespace PeftSharp.Tokenization;

/// <summary>A token that is found in a text before the model splits it, such as <c>[SEP]</c>; Hugging Face's class of the same name.</summary>
/// <param name="Content">The text of the token.</param>
public sealed record AddedToken(string Content)
{
    /// <summary>Only found where no word character stands beside it. Default false.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it along. Default false.</summary>
    public bool LStrip { get; init; }

    /// <summary>Takes the white space behind it along. Default false.</summary>
    public bool RStrip { get; init; }

    /// <summary>A control token of the model: decoding can leave it out. Default false.</summary>
    public bool Special { get; init; }

    /// <summary>Looked for in the normalized text, in its own normalized form, instead of in the text as written. Default: where it is not special.</summary>
    public bool Normalized { get => _normalized ?? !Special; init => _normalized = value; }

    private readonly bool? _normalized;

    /// <summary>Whether text and properties are the same, given or by default.</summary>
    public bool Equals(AddedToken? other) => other is not null
        && (Content, SingleWord, LStrip, RStrip, Special, Normalized) == (other.Content, other.SingleWord, other.LStrip, other.RStrip, other.Special, other.Normalized);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Content);

    /// <summary>A token with the default properties.</summary>
    public static implicit operator AddedToken(string content) => new(content);
}
