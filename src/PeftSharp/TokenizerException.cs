namespace PeftSharp;

/// <summary>Thrown if a file of a tokenizer is missing or malformed, or a text cannot be encoded with the requested options.</summary>
public sealed class TokenizerException : PeftSharpException
{
    /// <inheritdoc/>
    public TokenizerException(string message) : base(message) { }

    /// <inheritdoc/>
    public TokenizerException(string message, Exception? innerException) : base(message, innerException) { }
}
