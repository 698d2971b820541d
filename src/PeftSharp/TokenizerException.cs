namespace PeftSharp;

/// <summary>A tokenizer's files that are absent or malformed, or a text that it cannot encode as asked.</summary>
public sealed class TokenizerException : PeftSharpException
{
    /// <inheritdoc/>
    public TokenizerException(string message) : base(message) { }

    /// <inheritdoc/>
    public TokenizerException(string message, Exception? innerException) : base(message, innerException) { }
}
