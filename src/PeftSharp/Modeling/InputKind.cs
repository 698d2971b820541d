namespace PeftSharp.Modeling;

/// <summary>The meaning of an input tensor, which determines how it is checked.</summary>
public enum InputKind
{
    /// <summary>Token ids, int64 [batch, tokens] ([batch, choices, tokens] for multiple choice).</summary>
    TokenIds,

    /// <summary>
    /// 1 for tokens that are attended to and 0 for padding, int64, same shape as the ids; or a mask of pairs of tokens, bool or float
    /// [batch, heads or 1, tokens, tokens].
    /// </summary>
    AttentionMask,

    /// <summary>
    /// 1 for tokens that are attended to and 0 for padding, int64 [batch, cached and new tokens]; or a mask of pairs of tokens, bool or
    /// float [batch, heads or 1, new tokens, cached and new tokens]. The cached tokens are the tokens in the key-value cache.
    /// </summary>
    CachedAttentionMask,

    /// <summary>One integer for each token, such as its token type; at least 0 and below a limit. Int64, same shape as the ids.</summary>
    Categories,

    /// <summary>Positions of the tokens, int64 [batch or 1, tokens].</summary>
    Positions,

    /// <summary>Embeddings in place of token ids, float [batch, tokens, hidden].</summary>
    Embeddings,

    /// <summary>Integers of any shape, such as one category per row, int64.</summary>
    Integers,

    /// <summary>Floating-point values of any shape, such as pixels [batch, channels, height, width].</summary>
    Values,
}
