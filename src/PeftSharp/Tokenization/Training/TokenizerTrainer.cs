namespace PeftSharp.Tokenization;

/// <summary>
/// Learns the vocabulary of a tokenizer from texts. Derived classes correspond to the trainers of Hugging Face's <c>tokenizers</c>.
/// </summary>
/// <remarks>
/// <para><see cref="Train"/> creates a tokenizer with the pipeline that the class of the trainer determines.
/// <c>tokenizer.TrainNewFromIterator</c> keeps the pipeline of an existing tokenizer.</para>
/// <para>The texts are normalized and split into words by the pipeline, and the vocabulary is learned from the words and their numbers of
/// occurrences. The same texts give the same vocabulary.</para>
/// </remarks>
public abstract record TokenizerTrainer
{
    private protected TokenizerTrainer() { }

    /// <summary>
    /// The number of tokens in the vocabulary, including special tokens. Fewer tokens are learned if the texts are short. With a
    /// <see cref="BpeTrainer"/> or a <see cref="WordPieceTrainer"/>, the vocabulary is larger if the special tokens and the single
    /// characters alone exceed this number. Default 30,000; 8,000 for a <see cref="UnigramTrainer"/>.
    /// </summary>
    public int VocabSize { get; init; } = 30_000;

    /// <summary>
    /// Tokens that are added first and matched as a whole. Default for <see cref="Train"/>: the special tokens of the pipeline. Default for
    /// <c>Tokenizer.TrainNewFromIterator</c>: none.
    /// </summary>
    public IReadOnlyList<AddedToken> SpecialTokens { get; init; } = [];

    /// <summary>
    /// Learns a vocabulary and returns a tokenizer. The class of the trainer determines the pipeline of the tokenizer: how texts are
    /// normalized and split into words, and which special tokens are added.
    /// </summary>
    /// <param name="texts">The texts, which are enumerated once.</param>
    /// <param name="progress">Receives the progress. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked while texts are read and tokens are learned.</param>
    /// <exception cref="ArgumentException">The texts contain no words, or an option is invalid.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Tokenizer Train(
        IEnumerable<string> texts, IProgress<TokenizerTrainProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Validate();
        var (start, special) = NewPipeline();
        return TokenizerTraining.Train(start, WithDefaults(special), texts, progress, cancellationToken);
    }

    /// <summary>Learns the vocabulary.</summary>
    /// <param name="words">The words and their numbers of occurrences, in the order of their first occurrence.</param>
    /// <param name="progress">Receives reports.</param>
    /// <param name="cancellationToken">Checked while tokens are learned.</param>
    internal abstract TrainedVocabulary Learn(
        IReadOnlyList<KeyValuePair<string, long>> words, IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Returns a tokenizer without a vocabulary, and its special tokens.</summary>
    internal abstract (UntrainedTokenizer Start, IReadOnlyList<AddedToken> SpecialTokens) NewPipeline();

    /// <summary>Returns the options with the special tokens of a pipeline, if no special tokens are set.</summary>
    internal virtual TokenizerTrainer WithDefaults(IReadOnlyList<AddedToken> specialTokens) =>
        SpecialTokens.Count > 0 ? this : this with { SpecialTokens = specialTokens };

    /// <exception cref="ArgumentException">An option is invalid.</exception>
    internal virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(VocabSize, 1);
        if (SpecialTokens is null || SpecialTokens.Any(token => token is not { Content.Length: > 0 }))
            throw new ArgumentException("SpecialTokens is null or contains a token that is null or empty. Remove it.",
                nameof(SpecialTokens));
        if (SpecialTokens.Count > VocabSize)
            throw new ArgumentException(
                $"VocabSize {VocabSize} is less than the number of special tokens, {SpecialTokens.Count}. Increase VocabSize.",
                nameof(VocabSize));
    }
}
