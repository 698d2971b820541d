using PeftSharp.Tokenization;

namespace PeftSharp.Modeling;

/// <summary>Compares the vocabulary of a tokenizer with the embeddings of a model.</summary>
internal static class VocabularyMatch
{
    /// <summary>The number of token ids that have embeddings; null for a model that does not read token ids.</summary>
    internal static long? Limit(PretrainedModel model) =>
        model.Inputs.FirstOrDefault(input => input.Kind == InputKind.TokenIds)?.Limit;

    /// <summary>The warning of a tokenizer with more tokens than the model has embeddings; null if there are enough.</summary>
    /// <remarks>It is not an exception, because a tokenizer can have tokens that do not occur in the texts.</remarks>
    internal static string? Warning(PretrainedModel model, Tokenizer tokenizer) =>
        Limit(model) is { } limit && tokenizer.Count > limit
            ? $"The tokenizer has {tokenizer.Count} tokens, but {model.GetName()} has embeddings for {limit} (vocab_size), so a text with "
                + $"one of the other tokens cannot be used. {Remedy(tokenizer)}"
            : null;

    /// <summary>What to do about a token without an embedding.</summary>
    internal static string Remedy(Tokenizer tokenizer) =>
        $"Use the tokenizer of the model; or, if you added tokens, call ResizeTokenEmbeddings({tokenizer.Count}) before training.";
}
