using PeftSharp.Tokenization;

namespace PeftSharp.MLTokenizers;

/// <summary>Makes tokenizers of PeftSharp usable as tokenizers of Microsoft.ML.Tokenizers, and the other way round.</summary>
public static class MLTokenizerExtensions
{
    /// <summary>Makes a tokenizer usable where Microsoft.ML.Tokenizers expects one, for example to count the tokens of a prompt.</summary>
    /// <param name="tokenizer">The tokenizer; it is shared, not copied.</param>
    /// <param name="addSpecialTokens">
    /// Whether texts get the special tokens of the model. Default false, because most callers count or cut parts of a text.
    /// </param>
    public static MLTokenizer AsMLTokenizer(this Tokenizer tokenizer, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new MLTokenizer(tokenizer, addSpecialTokens);
    }

    /// <summary>Makes a tokenizer of Microsoft.ML.Tokenizers usable here: for data sets, collators, the trainer and generation.</summary>
    /// <remarks>
    /// <para>
    /// The ids are those of <paramref name="tokenizer"/>. Special tokens are found as a whole in texts, and the template of
    /// <paramref name="options"/> adds them. The result has no words (<see cref="TextEncoding.WordIds"/> counts what lies between special
    /// tokens as one word) and cannot be saved.</para>
    /// <para>
    /// Offsets are UTF-16 units of the text as it was given. Where <paramref name="tokenizer"/> normalizes the text, they are found by
    /// normalizing its parts one by one: characters, else words between white space. Where that does not give the normalized text, a token
    /// has the range of the whole text.</para>
    /// <para>
    /// Of an <see cref="MLTokenizer"/> the method returns the <see cref="MLTokenizer.Source"/>, unless a vocabulary or options are given.
    /// </para>
    /// </remarks>
    /// <param name="tokenizer">The tokenizer; it is shared, not copied, and must not change afterwards.</param>
    /// <param name="vocabulary">
    /// All tokens and ids. Null (the default): those of <paramref name="tokenizer"/>, which is possible for <c>BpeTokenizer</c>,
    /// <c>BertTokenizer</c>, <c>CodeGenTokenizer</c>, <c>LlamaTokenizer</c>, <c>SentencePieceTokenizer</c>, <c>TiktokenTokenizer</c> and
    /// <c>WordPieceTokenizer</c>. Tiktoken does not tell the bytes of its tokens, so a token that is not valid UTF-8 by itself is called
    /// <c>&lt;token 188&gt;</c>, with its id.</param>
    /// <param name="options">Special tokens, template and properties of the model. Null: <see cref="GetBackendOptions"/>.</param>
    /// <exception cref="ArgumentException">
    /// The class of the tokenizer is another one and no vocabulary is given, or the vocabulary does not have a special token.
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

    /// <summary>Returns what a tokenizer of Microsoft.ML.Tokenizers tells about its special tokens; change it with <c>with</c>.</summary>
    /// <remarks>
    /// <para><c>BertTokenizer</c> gives BERT's special tokens, templates and columns. SentencePiece, CodeGen and BPE tokenizers give their
    /// beginning, end and unknown token, and a template where they add the first two. Tiktoken tokenizers give <c>&lt;|endoftext|&gt;</c>
    /// as beginning and end. All others give the defaults of <see cref="TokenizerBackendOptions"/>.</para>
    /// </remarks>
    /// <param name="tokenizer">The tokenizer.</param>
    public static TokenizerBackendOptions GetBackendOptions(this Microsoft.ML.Tokenizers.Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return MLSpecialTokens.OptionsOf(tokenizer);
    }
}
