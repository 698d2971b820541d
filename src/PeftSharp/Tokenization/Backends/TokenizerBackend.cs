namespace PeftSharp.Tokenization;

/// <summary>
/// A tokenization algorithm of another library: converts a text to tokens, and tokens to a text. Pass it to
/// <see cref="Tokenizer.FromBackend"/> to get a <see cref="Tokenizer"/>.
/// </summary>
/// <remarks>
/// <para>
/// The <see cref="Tokenizer"/> performs the other steps: it matches special and added tokens, adds the special tokens of the template,
/// truncates, pads, and computes offsets and masks.
/// </para>
/// <para>Thread safety: all members must support concurrent calls, because a <see cref="Tokenizer"/> encodes texts in parallel.</para>
/// </remarks>
public abstract class TokenizerBackend
{
    /// <summary>
    /// All tokens and their ids, including special tokens. The dictionary must not change after the tokenizer is created.
    /// </summary>
    public abstract IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Splits a text into tokens.</summary>
    /// <param name="text">The text between special and added tokens; never empty. Lone surrogates are replaced by U+FFFD.</param>
    /// <returns>
    /// The tokens in the order of the text. All ids are in <see cref="Vocabulary"/>; all ranges lie within <paramref name="text"/>.
    /// </returns>
    public abstract IReadOnlyList<BackendToken> Tokenize(string text);

    /// <summary>Converts tokens to text.</summary>
    /// <param name="ids">Ids in <see cref="Vocabulary"/>; never empty.</param>
    public abstract string Decode(IReadOnlyList<int> ids);
}
