namespace PeftSharp.Modeling;

/// <summary>A tensor whose shape in the checkpoint differs from the shape of the parameter.</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="CheckpointShape">The shape in the checkpoint.</param>
/// <param name="ModelShape">The shape in the model.</param>
public sealed record MismatchedKey(string Name, IReadOnlyList<long> CheckpointShape, IReadOnlyList<long> ModelShape)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name} ([{string.Join(", ", CheckpointShape)}] in the checkpoint, [{string.Join(", ", ModelShape)}] in the model)";
}
