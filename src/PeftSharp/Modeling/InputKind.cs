namespace PeftSharp.Modeling;

/// <summary>The meaning of an input tensor, from which its checks follow.</summary>
public enum InputKind
{
    /// <summary>Token ids, int64 [batch, tokens].</summary>
    TokenIds,

    /// <summary>1 where a token is read and 0 where it is padding, int64, shaped as the ids.</summary>
    AttentionMask,

    /// <summary>As <see cref="AttentionMask"/>, but longer than the ids where a key-value cache holds tokens before them.</summary>
    CachedAttentionMask,

    /// <summary>One number below a limit for each token, such as token types, int64, shaped as the ids.</summary>
    Categories,

    /// <summary>Positions of the tokens, int64 [batch or 1, tokens].</summary>
    Positions,

    /// <summary>Embeddings in place of token ids, float [batch, tokens, hidden].</summary>
    Embeddings,

    /// <summary>Whole numbers of any shape, such as one category for each row, int64.</summary>
    Integers,

    /// <summary>Floating-point values of any shape, such as pixels [batch, channels, height, width].</summary>
    Values,
}
