using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Learns a WordPiece vocabulary with the merges of byte-pair encoding. Corresponds to <c>WordPieceTrainer</c> in <c>tokenizers</c>.
/// </summary>
/// <remarks>
/// <para><see cref="TokenizerTrainer.Train"/> creates a tokenizer with BERT's pipeline (<c>BertTokenizer</c>) and its special tokens
/// <c>[PAD]</c>, <c>[UNK]</c>, <c>[CLS]</c>, <c>[SEP]</c>, <c>[MASK]</c>.</para>
/// <para>
/// The ids of characters that continue a word (<c>##a</c>) are in the order of their first occurrence. In Python, these ids are random, and
/// so is the choice between pairs of equal frequency.
/// </para>
/// </remarks>
/// <example><code>
/// var tokenizer = new WordPieceTrainer { VocabSize = 4000 }.Train(texts);
/// </code></example>
public sealed record WordPieceTrainer : TokenizerTrainer
{
    private static readonly string[] _bertTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>The minimum number of occurrences of a pair that is merged. Default 0.</summary>
    public int MinFrequency { get; init; }

    /// <summary>Characters that are in the vocabulary even if the texts do not contain them. Default: none.</summary>
    public string InitialAlphabet { get; init; } = "";

    /// <summary>The maximum number of characters in the vocabulary; rare characters are omitted. Null: no limit.</summary>
    public int? LimitAlphabet { get; init; }

    /// <summary>The prefix of tokens that continue a word. Default <c>##</c>.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "##";

    /// <summary>The suffix of the last token of a word. Null: none.</summary>
    public string? EndOfWordSuffix { get; init; }

    /// <summary>
    /// Whether <see cref="TokenizerTrainer.Train"/> converts texts to lower case and removes accents (<c>do_lower_case</c>). Default true.
    /// </summary>
    public bool Lowercase { get; init; } = true;

    private BpeTrainer Bpe => new()
    {
        VocabSize = VocabSize, SpecialTokens = SpecialTokens, MinFrequency = MinFrequency, InitialAlphabet = InitialAlphabet,
        LimitAlphabet = LimitAlphabet, ContinuingSubwordPrefix = ContinuingSubwordPrefix, EndOfWordSuffix = EndOfWordSuffix,
    };

    internal override void Validate() => Bpe.Validate();

    internal override TrainedVocabulary Learn(
        IReadOnlyList<KeyValuePair<string, long>> words, IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        var learner = new BpeLearner(Bpe, words);
        learner.Learn(progress, cancellationToken);
        return new TrainedVocabulary("WordPiece", new JsonObject
        {
            ["vocab"] = TrainedVocabulary.Vocab(learner.Tokens), ["continuing_subword_prefix"] = ContinuingSubwordPrefix,
        });
    }

    internal override (UntrainedTokenizer Start, IReadOnlyList<AddedToken> SpecialTokens) NewPipeline()
    {
        var config = UntrainedTokenizer.ConfigOf(BertTokenizer.Kind, new JsonObject { ["do_lower_case"] = Lowercase });
        var model = new JsonObject { ["unk_token"] = "[UNK]", ["max_input_chars_per_word"] = 100 };
        var post = TemplateProcessing.Of("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", ("[CLS]", 2), ("[SEP]", 3));
        return (
            new UntrainedTokenizer(
                new BertNormalizer(new BertNormalizerOptions(Lowercase: Lowercase)), new BertPreTokenizer(), model, post.ToJson(),
                new WordPieceDecoder(ContinuingSubwordPrefix, cleanup: true), config),
            [.. _bertTokens.Select(token => (AddedToken)token)]);
    }
}
