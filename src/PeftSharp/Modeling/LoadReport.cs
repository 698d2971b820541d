namespace PeftSharp.Modeling;

/// <summary>How a checkpoint met a model: what was initialized anew, what was left over and what had another shape.</summary>
/// <param name="MissingKeys">Parameters that the checkpoint lacks; they were initialized as for a new model (a new head, usually).</param>
/// <param name="UnexpectedKeys">Tensors of the checkpoint that the model has no place for.</param>
/// <param name="MismatchedKeys">Tensors whose shape is not the parameter's; initialized anew, and only where <see cref="PretrainedOptions.IgnoreMismatchedSizes"/> allows it.</param>
public sealed record LoadReport(IReadOnlyList<string> MissingKeys, IReadOnlyList<string> UnexpectedKeys, IReadOnlyList<MismatchedKey> MismatchedKeys)
{
    /// <summary>What deserves attention although everything has its place, such as tied weights that the checkpoint holds apart. Usually empty.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether every parameter came from the checkpoint and every tensor found its place.</summary>
    public bool IsComplete => MissingKeys.Count + UnexpectedKeys.Count + MismatchedKeys.Count == 0;

    /// <summary>Whether the parameters in <see cref="MissingKeys"/> were not initialized: weights of the base model that an adapter's file leaves out.</summary>
    internal bool MissingKeysKeepTheirValues { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var lines = new List<string>();
        if (IsComplete) lines.Add("Every weight was loaded.");
        if (MissingKeys.Count > 0) lines.Add($"{(MissingKeysKeepTheirValues ? "Not in the file, they keep the values of the base model" : "Initialized anew, the checkpoint lacks them (train before use)")}: {string.Join(", ", MissingKeys)}.");
        if (MismatchedKeys.Count > 0) lines.Add($"Initialized anew, of another shape in the checkpoint: {string.Join(", ", MismatchedKeys)}.");
        if (UnexpectedKeys.Count > 0) lines.Add($"Not used, the model has no place for them: {string.Join(", ", UnexpectedKeys)}.");
        return string.Join(" ", lines.Concat(Warnings));
    }
}
