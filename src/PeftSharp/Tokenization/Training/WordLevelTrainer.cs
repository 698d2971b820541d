using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Learns a vocabulary of the most frequent words. Corresponds to <c>WordLevelTrainer</c> in <c>tokenizers</c>.</summary>
/// <remarks><see cref="TokenizerTrainer.Train"/> creates a tokenizer that splits texts into words and punctuation, with the special tokens
/// <c>[UNK]</c> and <c>[PAD]</c>.</remarks>
public sealed record WordLevelTrainer : TokenizerTrainer
{
    private static readonly string[] _tokens = ["[UNK]", "[PAD]"];

    /// <summary>The minimum number of occurrences of a word. Default 0.</summary>
    public int MinFrequency { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(MinFrequency);
    }

    internal override TrainedVocabulary Learn(
        IReadOnlyList<KeyValuePair<string, long>> words, IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        var learned = words.Where(word => word.Value >= MinFrequency).OrderByDescending(word => word.Value)
            .ThenBy(word => word.Key, CodePointOrder.Instance).Select(word => word.Key);
        string[] tokens = [.. SpecialTokens.Select(token => token.Content).Concat(learned).Take(VocabSize)];
        progress?.Report(new TokenizerTrainProgress("Learn tokens", tokens.Length, tokens.Length));
        return new TrainedVocabulary("WordLevel", new JsonObject { ["vocab"] = TrainedVocabulary.Vocab(tokens) });
    }

    internal override (UntrainedTokenizer Start, IReadOnlyList<AddedToken> SpecialTokens) NewPipeline()
    {
        var kind = new TokenizerKind(TokenizerKind.AnyClass)
        {
            SpecialTokens = new Dictionary<string, string?> { ["unk_token"] = "[UNK]", ["pad_token"] = "[PAD]" },
        };
        return (
            new UntrainedTokenizer(
                null, new Whitespace(), new JsonObject { ["unk_token"] = "[UNK]" }, null, null, UntrainedTokenizer.ConfigOf(kind)),
            [.. _tokens.Select(token => (AddedToken)token)]);
    }
}
