using PeftSharp.Tokenization;

namespace PeftSharp.Modeling;

/// <summary>Compares the vocabulary of a tokenizer with the embeddings of a model.</summary>
internal static class VocabularyMatch
{
    /// <summary>The number of token ids that have embeddings; null for a model that does not read token ids.</summary>
    internal static long? Limit(PretrainedModel model) =>
        model.Inputs.FirstOrDefault(input => input.Kind == InputKind.TokenIds)?.Limit;

    /// <summary>Returns a warning if the tokenizer has more tokens than the model has embeddings; otherwise null.</summary>
    /// <remarks>No exception is thrown, because a tokenizer can have tokens that do not occur in the texts.</remarks>
    internal static string? Warning(PretrainedModel model, Tokenizer tokenizer) =>
        Limit(model) is { } limit && tokenizer.Count > limit
            ? $"The tokenizer has {tokenizer.Count} tokens, but {model.GetName()} has embeddings for {limit} (vocab_size), so a text with "
                + $"one of the other tokens cannot be used. {Remedy(tokenizer)}"
            : null;

    /// <summary>Returns the remedy for tokens without embeddings, as a sentence for messages.</summary>
    internal static string Remedy(Tokenizer tokenizer) =>
        $"Use the tokenizer of the model; or, if you added tokens, call ResizeTokenEmbeddings({tokenizer.Count}) before training.";
}
