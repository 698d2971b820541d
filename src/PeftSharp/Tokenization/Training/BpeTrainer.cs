using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Learns byte-pair encoding: the most frequent pair of neighboring symbols is merged to a new token, until the vocabulary has the
/// requested size (Sennrich et al. 2016, arXiv:1508.07909). Corresponds to <c>BpeTrainer</c> in <c>tokenizers</c>.
/// </summary>
/// <remarks><see cref="TokenizerTrainer.Train"/> creates a tokenizer with GPT-2's pipeline (<c>GPT2Tokenizer</c>), whose symbols are bytes,
/// so that it can encode any text. Pairs of equal frequency are merged in the order of their ids, as in Python.</remarks>
/// <example><code>
/// var tokenizer = new BpeTrainer { VocabSize = 8000 }.Train(File.ReadLines("texts.txt"));
/// tokenizer.SavePretrained("my-tokenizer");
/// </code></example>
public sealed record BpeTrainer : TokenizerTrainer
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>The minimum number of occurrences of a pair that is merged. Default 0.</summary>
    public int MinFrequency { get; init; }

    /// <summary>
    /// Characters that are in the vocabulary even if the texts do not contain them. Default for <see cref="TokenizerTrainer.Train"/>, which
    /// creates a byte-level tokenizer: all bytes. Default for <c>Tokenizer.TrainNewFromIterator</c>: all bytes if the tokenizer is
    /// byte-level, otherwise none.
    /// </summary>
    public string InitialAlphabet { get; init; } = "";

    /// <summary>The maximum number of characters in the vocabulary; rare characters are omitted. Null: no limit.</summary>
    public int? LimitAlphabet { get; init; }

    /// <summary>The prefix of every symbol except the first of a word, such as <c>##</c>. Null: none.</summary>
    public string? ContinuingSubwordPrefix { get; init; }

    /// <summary>The suffix of the last symbol of a word, such as <c>&lt;/w&gt;</c>. Null: none.</summary>
    public string? EndOfWordSuffix { get; init; }

    /// <summary>
    /// The limit for the length of tokens, in characters (in bytes for a byte-level tokenizer). Tokens of three or more characters are
    /// learned only if they are shorter than this limit; tokens of two characters are always allowed. Null: no limit.
    /// </summary>
    public int? MaxTokenLength { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(MinFrequency);
        ArgumentOutOfRangeException.ThrowIfNegative(LimitAlphabet ?? 0, nameof(LimitAlphabet));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokenLength ?? 1, 1, nameof(MaxTokenLength));
        ArgumentNullException.ThrowIfNull(InitialAlphabet);
    }

    internal override TrainedVocabulary Learn(
        IReadOnlyList<KeyValuePair<string, long>> words, IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        var learner = new BpeLearner(this, words);
        learner.Learn(progress, cancellationToken);
        return new TrainedVocabulary("BPE", new JsonObject
        {
            ["vocab"] = TrainedVocabulary.Vocab(learner.Tokens),
            ["merges"] = new JsonArray([.. learner.Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
            ["continuing_subword_prefix"] = ContinuingSubwordPrefix,
            ["end_of_word_suffix"] = EndOfWordSuffix,
        });
    }

    internal override (UntrainedTokenizer Start, IReadOnlyList<AddedToken> SpecialTokens) NewPipeline()
    {
        var kind = Gpt2Tokenizer.Kind;
        var splitter = new ByteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: true);
        var decoder = new ByteLevelDecoder(addPrefixSpace: true, trimOffsets: true, useRegex: true);
        return (
            new UntrainedTokenizer(null, splitter, [], TemplateProcessing.Plain.ToJson(), decoder, UntrainedTokenizer.ConfigOf(kind)),
            [EndOfText]);
    }
}
