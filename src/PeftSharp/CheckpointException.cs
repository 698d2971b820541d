namespace PeftSharp;

/// <summary>A checkpoint (weights, configuration, training state) that is absent, malformed or does not fit the model.</summary>
public sealed class CheckpointException : PeftSharpException
{
    /// <inheritdoc/>
    public CheckpointException(string message) : base(message) { }

    /// <inheritdoc/>
    public CheckpointException(string message, Exception? innerException) : base(message, innerException) { }
}
