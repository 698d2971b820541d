namespace PeftSharp.Tokenization;

/// <summary>The algorithm of a tokenizer from another library: how a text becomes tokens, and tokens a text. <see cref="Tokenizer.FromBackend"/> makes a <see cref="Tokenizer"/> of it.</summary>
/// <remarks>
/// <para>The <see cref="Tokenizer"/> does everything else: it finds special and added tokens in the text, adds the template's special tokens, truncates, pads, and keeps offsets and masks.</para>
/// <para>Thread safety: implementations must allow calls of all members from several threads at once, because texts are encoded in parallel.</para>
/// </remarks>
public abstract class TokenizerBackend
{
    /// <summary>All tokens and their ids, special tokens included. It must not change after the tokenizer is made.</summary>
    public abstract IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Finds the tokens of a text.</summary>
    /// <param name="text">What lies between the special and added tokens of a text; never empty. Lone surrogates are replaced by U+FFFD.</param>
    /// <returns>The tokens in the order of the text. The ids are in <see cref="Vocabulary"/> and the ranges lie within <paramref name="text"/>.</returns>
    public abstract IReadOnlyList<BackendToken> Tokenize(string text);

    /// <summary>Returns the text of tokens.</summary>
    /// <param name="ids">Ids of <see cref="Vocabulary"/>; never empty.</param>
    public abstract string Decode(IReadOnlyList<int> ids);
}
