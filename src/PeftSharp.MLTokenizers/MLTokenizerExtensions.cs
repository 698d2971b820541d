using PeftSharp.Tokenization;

namespace PeftSharp.MLTokenizers;

/// <summary>Converts tokenizers of PeftSharp to tokenizers of Microsoft.ML.Tokenizers, and vice versa.</summary>
public static class MLTokenizerExtensions
{
    /// <summary>Converts a tokenizer to a tokenizer of Microsoft.ML.Tokenizers, for example to count the tokens of a prompt.</summary>
    /// <param name="tokenizer">The tokenizer; it is shared, not copied.</param>
    /// <param name="addSpecialTokens">
    /// Whether the special tokens of the model are added. Default false, because most callers count or truncate the tokens of parts of a
    /// text.
    /// </param>
    public static MLTokenizer AsMLTokenizer(this Tokenizer tokenizer, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new MLTokenizer(tokenizer, addSpecialTokens);
    }

    /// <summary>
    /// Converts a tokenizer of Microsoft.ML.Tokenizers to a PeftSharp tokenizer, for datasets, collators, the trainer and generation.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The token ids are the same as in <paramref name="tokenizer"/>. Special tokens in a text are recognized, and the template of
    /// <paramref name="options"/> adds special tokens. The result cannot be saved. The result does not split a text into words: in
    /// <see cref="TextEncoding.WordIds"/>, the text between two special tokens is one word.
    /// </para>
    /// <para>
    /// Offsets count UTF-16 code units of the original text. If <paramref name="tokenizer"/> normalizes the text, the offsets are found by
    /// normalizing each character, or each word between white space, on its own. If the results together differ from the normalized text,
    /// every token has the range of the whole text.
    /// </para>
    /// <para>
    /// For an <see cref="MLTokenizer"/> the method returns its <see cref="MLTokenizer.Source"/>, unless a vocabulary or options are given.
    /// </para>
    /// </remarks>
    /// <param name="tokenizer">The tokenizer; it is shared, not copied, and must not change afterwards.</param>
    /// <param name="vocabulary">
    /// All tokens and ids. Default null: the tokens of <paramref name="tokenizer"/>, which are available for <c>BpeTokenizer</c>,
    /// <c>BertTokenizer</c>, <c>CodeGenTokenizer</c>, <c>LlamaTokenizer</c>, <c>Phi2Tokenizer</c>, <c>SentencePieceTokenizer</c>,
    /// <c>TiktokenTokenizer</c>, <c>WordPieceTokenizer</c> and <see cref="MLTokenizer"/>. Tiktoken does not provide the bytes of its
    /// tokens, so a token that is not valid UTF-8 by itself is named by its id, such as <c>&lt;token 188&gt;</c>.
    /// </param>
    /// <param name="options">
    /// Special tokens, template and properties of the model. Null: the options that <paramref name="tokenizer"/> provides
    /// (<see cref="GetBackendOptions"/>).
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="vocabulary"/> is null and the tokens of this class of tokenizer are not available; a special token is not in the
    /// vocabulary; or a name or a template in <paramref name="options"/> is invalid.
    /// </exception>
    public static Tokenizer AsPeftSharpTokenizer(
        this Microsoft.ML.Tokenizers.Tokenizer tokenizer, IReadOnlyDictionary<string, int>? vocabulary = null,
        TokenizerBackendOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer is MLTokenizer ours && vocabulary is null && options is null)
            return ours.Source;
        return Tokenizer.FromBackend(
            new MLTokenizerBackend(tokenizer, vocabulary ?? MLVocabulary.Of(tokenizer)), options ?? tokenizer.GetBackendOptions());
    }

    /// <summary>
    /// Returns the special tokens and options that a tokenizer of Microsoft.ML.Tokenizers provides. Change them with a <c>with</c>
    /// expression.
    /// </summary>
    /// <remarks>
    /// <c>BertTokenizer</c> provides BERT's special tokens, templates and columns; other WordPiece tokenizers provide their unknown token.
    /// SentencePiece, CodeGen and BPE tokenizers provide their beginning, end and unknown tokens, and a template if they add the beginning
    /// or end token. Tiktoken tokenizers provide <c>&lt;|endoftext|&gt;</c> as beginning and end, if they have this token. The remaining
    /// special tokens of these tokenizers are in <see cref="TokenizerBackendOptions.ExtraSpecialTokens"/>. All other tokenizers provide the
    /// defaults of <see cref="TokenizerBackendOptions"/>.
    /// </remarks>
    /// <param name="tokenizer">The tokenizer.</param>
    public static TokenizerBackendOptions GetBackendOptions(this Microsoft.ML.Tokenizers.Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return MLSpecialTokens.OptionsOf(tokenizer);
    }
}
