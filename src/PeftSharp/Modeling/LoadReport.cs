namespace PeftSharp.Modeling;

/// <summary>
/// The result of loading a checkpoint: parameters that were initialized, tensors that were not used, and tensors of a different shape.
/// </summary>
/// <param name="MissingKeys">
/// Parameters that the checkpoint does not contain, usually those of a new head. They were initialized as in a new model. When an adapter
/// is loaded, they are not initialized: they keep the values of the base model.
/// </param>
/// <param name="UnexpectedKeys">
/// Tensors of the checkpoint that the model does not have, without those that its family ignores
/// (<see cref="ModelFamily.IsObsoleteKey"/>).
/// </param>
/// <param name="MismatchedKeys">
/// Tensors whose shape differs from the parameter's. The parameters were initialized. Without
/// <see cref="PretrainedOptions.IgnoreMismatchedSizes"/>, such a tensor causes an exception instead.
/// </param>
public sealed record LoadReport(
    IReadOnlyList<string> MissingKeys, IReadOnlyList<string> UnexpectedKeys, IReadOnlyList<MismatchedKey> MismatchedKeys)
{
    /// <summary>Warnings, for example about tied weights for which the checkpoint holds different values. Usually empty.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether there are no missing, unexpected or mismatched keys.</summary>
    public bool IsComplete => MissingKeys.Count + UnexpectedKeys.Count + MismatchedKeys.Count == 0;

    /// <summary>
    /// Whether the parameters in <see cref="MissingKeys"/> keep the values of the base model instead of being initialized. True for an
    /// adapter, whose file need not contain them.
    /// </summary>
    internal bool MissingKeysKeepTheirValues { get; init; }

    /// <summary>
    /// The class from which the checkpoint was saved, if the head of this class was trained for another task and was loaded into the model.
    /// Null: none.
    /// </summary>
    internal string? OtherTaskClass { get; init; }

    /// <summary>Returns the report of a base model without the entries about weights that an adapter replaces.</summary>
    /// <param name="replaced">The names of the weights that were loaded from the adapter's file.</param>
    /// <param name="isHeadReplaced">Whether the adapter has a head of its own.</param>
    internal LoadReport WithoutReplaced(IReadOnlySet<string> replaced, bool isHeadReplaced) => this with
    {
        MissingKeys = [.. MissingKeys.Where(key => !replaced.Contains(key))],
        MismatchedKeys = [.. MismatchedKeys.Where(key => !replaced.Contains(key.Name))],
        Warnings = isHeadReplaced && OtherTaskClass is not null ? [.. Warnings.SkipLast(1)] : Warnings,
    };

    /// <summary>Adds the warning that the head was trained for another task.</summary>
    /// <param name="className">The class from which the checkpoint was saved.</param>
    /// <param name="model">The name of the model's class.</param>
    internal LoadReport WithOtherTask(string className, string model) => this with
    {
        OtherTaskClass = className,
        Warnings = [.. Warnings, $"The folder contains {className}, whose head was trained for another task. The weights of this head were "
            + $"loaded because they have the names of the head of {model}. "
            + $"Train the model before use, or load {className} itself."],
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        var lines = new List<string>();
        if (IsComplete) lines.Add("Every weight was loaded.");
        if (MissingKeys.Count > 0)
        {
            var reason = MissingKeysKeepTheirValues
                ? "Not in the file; the values of the base model are kept"
                : "Not in the checkpoint and therefore initialized (train before use)";
            lines.Add($"{reason}: {string.Join(", ", MissingKeys)}.");
        }
        if (MismatchedKeys.Count > 0)
            lines.Add($"Initialized because the checkpoint has a different shape: {string.Join(", ", MismatchedKeys)}.");
        if (UnexpectedKeys.Count > 0)
            lines.Add($"Not used, because the model has no such parameters: {string.Join(", ", UnexpectedKeys)}.");
        return string.Join(" ", lines.Concat(Warnings));
    }
}
