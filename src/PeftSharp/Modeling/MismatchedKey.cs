namespace PeftSharp.Modeling;

/// <summary>A tensor whose shape in the checkpoint is not the parameter's.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="CheckpointShape">Its shape in the checkpoint.</param>
/// <param name="ModelShape">Its shape in the model.</param>
public sealed record MismatchedKey(string Name, IReadOnlyList<long> CheckpointShape, IReadOnlyList<long> ModelShape)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ([{string.Join(", ", CheckpointShape)}] in the checkpoint, [{string.Join(", ", ModelShape)}] in the model)";
}
