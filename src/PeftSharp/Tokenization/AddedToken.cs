namespace PeftSharp.Tokenization;

/// <summary>
/// A token that the tokenizer matches as a whole in the text before it splits the rest, such as <c>[SEP]</c>. Corresponds to
/// <c>AddedToken</c> in Hugging Face's tokenizers.
/// </summary>
/// <param name="Content">The text of the token.</param>
public sealed record AddedToken(string Content)
{
    /// <summary>
    /// Whether the token is matched only as a whole word, that is, without a word character directly before or after it. Default false.
    /// </summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether the match includes the white space before the token. Default false.</summary>
    public bool LStrip { get; init; }

    /// <summary>Whether the match includes the white space after the token. Default false.</summary>
    public bool RStrip { get; init; }

    /// <summary>Whether this is a control token of the model, which decoding can skip. Default false.</summary>
    public bool Special { get; init; }

    /// <summary>
    /// Whether the token is normalized and matched in the normalized text. If false, it is matched literally in the original text. Default:
    /// false for a special token, otherwise true.
    /// </summary>
    public bool Normalized { get => _normalized ?? !Special; init => _normalized = value; }

    private readonly bool? _normalized;

    /// <summary>
    /// Returns whether the text and the values of all properties are equal. A property that is set to its default value is equal to a
    /// property that is not set.
    /// </summary>
    public bool Equals(AddedToken? other) => other is not null
        && (Content, SingleWord, LStrip, RStrip, Special, Normalized)
            == (other.Content, other.SingleWord, other.LStrip, other.RStrip, other.Special, other.Normalized);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Content);

    /// <summary>Creates a token with the default properties.</summary>
    public static implicit operator AddedToken(string content) => new(content);
}
