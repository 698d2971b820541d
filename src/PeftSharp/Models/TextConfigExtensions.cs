using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Models;

/// <summary>Completes the configuration of a new model with values of its tokenizer.</summary>
public static class TextConfigExtensions
{
    /// <summary>
    /// Returns the configuration with the vocabulary size and the ids of the padding, beginning-of-sequence and end-of-sequence tokens of a
    /// tokenizer, for a new model: <c>new BertConfig { NumHiddenLayers = 4 }.WithTokenizer(tokenizer)</c>.
    /// </summary>
    /// <remarks>
    /// Corresponds to <c>BertConfig(vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, …)</c>. The id of a token that the
    /// tokenizer does not have is null in the configuration.
    /// </remarks>
    /// <typeparam name="TConfig">The configuration type.</typeparam>
    /// <param name="config">The configuration.</param>
    /// <param name="tokenizer">The tokenizer, such as the result of <c>WordPieceTrainer.Train</c>.</param>
    public static TConfig WithTokenizer<TConfig>(this TConfig config, Tokenizer tokenizer) where TConfig : TextConfig
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return (TConfig)((TextConfig)config with
        {
            VocabSize = Math.Max(tokenizer.Count, tokenizer.GetVocab().Values.Max() + 1),          // ids may have gaps
            PadTokenId = tokenizer.PadTokenId,
            BosTokenId = tokenizer.BosTokenId,
            EosTokenId = tokenizer.EosTokenId is { } end ? [end] : null,
        });
    }
}
