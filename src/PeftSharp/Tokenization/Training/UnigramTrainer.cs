using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Learns a unigram language model of pieces: it starts with all frequent pieces of the words, and alternates between estimating the
/// probabilities of the pieces and removing the least important pieces (Kudo 2018, arXiv:1804.10959). Corresponds to
/// <c>UnigramTrainer</c> in <c>tokenizers</c>.
/// </summary>
/// <remarks><see cref="TokenizerTrainer.Train"/> creates a tokenizer like SentencePiece's: NFKC, words with a leading <c>▁</c>, and
/// the special tokens <c>&lt;unk&gt;</c>, <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c>, <c>&lt;pad&gt;</c>.</remarks>
public sealed record UnigramTrainer : TokenizerTrainer
{
    private static readonly string[] _tokens = ["<unk>", "<s>", "</s>", "<pad>"];

    /// <summary>Creates the options, with a vocabulary of 8,000 tokens.</summary>
    public UnigramTrainer() => VocabSize = 8000;

    /// <summary>
    /// The token for characters that are not in the vocabulary. If <see cref="TokenizerTrainer.SpecialTokens"/> does not contain the token,
    /// the token is added as the first token. Default for <see cref="TokenizerTrainer.Train"/>: <c>&lt;unk&gt;</c>. Default for
    /// <c>Tokenizer.TrainNewFromIterator</c>: null, no such token.
    /// </summary>
    public string? UnkToken { get; init; }

    /// <summary>The fraction of pieces that is kept each time pieces are removed; above 0 and below 1. Default 0.75.</summary>
    public double ShrinkingFactor { get; init; } = 0.75;

    /// <summary>How many times the probabilities are estimated before pieces are removed. Default 2.</summary>
    public int NSubIterations { get; init; } = 2;

    /// <summary>The maximum number of characters of a piece. Default 16.</summary>
    public int MaxPieceLength { get; init; } = 16;

    /// <summary>The maximum number of pieces to start with. Default 1,000,000.</summary>
    public int SeedSize { get; init; } = 1_000_000;

    /// <summary>Characters that are in the vocabulary even if the texts do not contain them. Default: none.</summary>
    public string InitialAlphabet { get; init; } = "";

    internal override void Validate()
    {
        base.Validate();
        if (ShrinkingFactor is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(ShrinkingFactor), ShrinkingFactor, "The factor must be above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(NSubIterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPieceLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SeedSize, 1);
        ArgumentNullException.ThrowIfNull(InitialAlphabet);
    }

    internal override TokenizerTrainer WithDefaults(IReadOnlyList<AddedToken> specialTokens) =>
        (UnigramTrainer)base.WithDefaults(specialTokens) with { UnkToken = UnkToken ?? _tokens[0] };

    internal override TrainedVocabulary Learn(
        IReadOnlyList<KeyValuePair<string, long>> words, IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        var pieces = new UnigramLearner(this, words).Learn(progress, cancellationToken);
        List<ScoredPiece> vocabulary = [.. SpecialTokens.Select(token => new ScoredPiece(token.Content, 0))];
        int? unknown = null;
        if (UnkToken is not null)
        {
            unknown = vocabulary.FindIndex(token => token.Text == UnkToken);
            if (unknown < 0)
            {
                vocabulary.Insert(0, new ScoredPiece(UnkToken, 0));
                unknown = 0;
            }
        }
        vocabulary.AddRange(pieces);
        return new TrainedVocabulary("Unigram", new JsonObject
        {
            ["unk_id"] = unknown,
            ["vocab"] = new JsonArray([.. vocabulary.Select(piece => new JsonArray(piece.Text, piece.Score))]),
        });
    }

    internal override (UntrainedTokenizer Start, IReadOnlyList<AddedToken> SpecialTokens) NewPipeline()
    {
        var kind = new TokenizerKind(TokenizerKind.AnyClass)
        {
            SpecialTokens = new Dictionary<string, string?>
            {
                ["unk_token"] = "<unk>", ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["pad_token"] = "<pad>",
            },
        };
        return (
            new UntrainedTokenizer(
                UnicodeForm.Nfkc, new Metaspace('▁', PrependScheme.Always, split: true), [], null,
                new MetaspaceDecoder('▁', PrependScheme.Always, split: true), UntrainedTokenizer.ConfigOf(kind)),
            [.. _tokens.Select(token => (AddedToken)token)]);
    }

    /// <summary>The number of pieces to learn, without special tokens.</summary>
    internal int PieceCount =>
        VocabSize - SpecialTokens.Count - (UnkToken is null || SpecialTokens.Any(token => token.Content == UnkToken) ? 0 : 1);
}
