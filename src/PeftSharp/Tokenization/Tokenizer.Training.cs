using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>
    /// Learns a new vocabulary from texts for the pipeline of this tokenizer: <c>train_new_from_iterator</c> in Python. The new tokenizer
    /// has the normalization, splitting, decoding, special tokens and settings of this tokenizer, which is not changed.
    /// </summary>
    /// <param name="texts">The texts, which are enumerated once.</param>
    /// <param name="vocabSize">
    /// The number of tokens, including special tokens (<see cref="TokenizerTrainer.VocabSize"/>). Fewer tokens are learned if the texts are
    /// short.
    /// </param>
    /// <param name="newSpecialTokens">Special tokens in addition to the special tokens of this tokenizer. Null: none.</param>
    /// <param name="progress">Receives the progress. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked for each text and while tokens are learned.</param>
    /// <exception cref="ArgumentException">The texts contain no words, or the size is too small.</exception>
    /// <exception cref="NotSupportedException">The tokenizer was created by <see cref="FromBackend"/>.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Tokenizer TrainNewFromIterator(
        IEnumerable<string> texts, int vocabSize, IReadOnlyList<AddedToken>? newSpecialTokens = null,
        IProgress<TokenizerTrainProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        RequirePipeline();
        var model = _pipeline.Model.ToJson();
        var isUnigram = (string?)model["type"] == "Unigram";
        AddedToken[] special =
        [
            .. _pipeline.Added.Tokens.Values.Where(token => token.Special || isUnigram),
            .. (newSpecialTokens ?? []).Select(TokenizerTraining.AsSpecial),
        ];
        TokenizerTrainer trainer = (string?)model["type"] switch
        {
            "BPE" => new BpeTrainer
            {
                ContinuingSubwordPrefix = (string?)model["continuing_subword_prefix"],
                EndOfWordSuffix = (string?)model["end_of_word_suffix"],
            },
            "WordPiece" => new WordPieceTrainer { ContinuingSubwordPrefix = (string)model["continuing_subword_prefix"]! },
            "WordLevel" => new WordLevelTrainer(),
            "Unigram" => new UnigramTrainer { UnkToken = model["unk_id"] is { } id ? (string)model["vocab"]![(int)id]![0]! : null },
            var other => throw new NotSupportedException($"A vocabulary of the type {other} cannot be learned."),
        };
        return TrainNewFromIterator(
            texts, trainer with { VocabSize = vocabSize, SpecialTokens = special }, newSpecialTokens, progress, cancellationToken);
    }

    /// <summary>Learns a new vocabulary from texts for the pipeline of this tokenizer, with the options of a trainer.</summary>
    /// <param name="texts">The texts, which are enumerated once.</param>
    /// <param name="trainer">
    /// The trainer. Its special tokens replace the special tokens of this tokenizer. If the trainer does not contain a named special token
    /// of this tokenizer, such as the padding token, that token is added after the vocabulary.
    /// </param>
    /// <param name="progress">Receives the progress. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked for each text and while tokens are learned.</param>
    /// <exception cref="ArgumentException">
    /// The texts contain no words, an option is invalid, or a token that the tokenizer adds to each text is not in the new vocabulary.
    /// </exception>
    /// <exception cref="NotSupportedException">The tokenizer was created by <see cref="FromBackend"/>.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Tokenizer TrainNewFromIterator(
        IEnumerable<string> texts, TokenizerTrainer trainer, IProgress<TokenizerTrainProgress>? progress = null,
        CancellationToken cancellationToken = default) => TrainNewFromIterator(texts, trainer, null, progress, cancellationToken);

    private Tokenizer TrainNewFromIterator(
        IEnumerable<string> texts, TokenizerTrainer trainer, IReadOnlyList<AddedToken>? newSpecialTokens,
        IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(trainer);
        RequirePipeline();
        trainer.Validate();
        var config = new TokenizerConfig
        {
            Source = (JsonObject)_config.Source.DeepClone(),
            ChatTemplates = new Dictionary<string, string>(_config.ChatTemplates, StringComparer.Ordinal),
            TokenizerClass = _config.TokenizerClass,
            ModelInputNames = ModelInputNames,
            ModelMaxLength = ModelMaxLength,
            PaddingSide = PaddingSide,
            TruncationSide = TruncationSide,
            CleanUpTokenizationSpaces = _config.CleanUpTokenizationSpaces,
            SpecialTokens = new Dictionary<string, AddedToken>(_config.SpecialTokens, StringComparer.Ordinal),
            ModelSpecificNames = _config.ModelSpecificNames,
            ExtraSpecialTokens = [.. _config.ExtraSpecialTokens.Concat(
                (newSpecialTokens ?? []).Select(TokenizerTraining.AsSpecial)).DistinctBy(token => token.Content)
                .Where(token => trainer.SpecialTokens.Any(kept => kept.Content == token.Content))],
        };
        var start = new UntrainedTokenizer(
            _pipeline.Normalizer, _pipeline.PreTokenizer, _pipeline.Model.ToJson(), _pipeline.PostProcessor?.ToJson(), _pipeline.Decoder,
            config);
        return TokenizerTraining.Train(start, trainer, texts, progress, cancellationToken);
    }

    private void RequirePipeline()
    {
        if (!CanSave)
            throw new NotSupportedException(
                "The tokenizer was created by Tokenizer.FromBackend, so a vocabulary for it cannot be learned.");
    }
}
