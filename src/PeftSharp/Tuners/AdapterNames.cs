namespace PeftSharp.Tuners;

/// <summary>Validation of adapter names.</summary>
internal static class AdapterNames
{
    /// <summary>The default name of an adapter. The files of this adapter are in the folder itself.</summary>
    internal const string Default = "default";

    /// <exception cref="ArgumentException">The name cannot be part of a parameter name or a folder name.</exception>
    internal static void Check(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        if (name == AdapterChoice.BaseModel)
            throw new ArgumentException(
                $"'{name}' is reserved: it selects the base model without adapters. Choose another name.", parameter);
        if (name is "training" || name.Contains('.', StringComparison.Ordinal) || name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0
            || name.IndexOfAny(['/', '\\', ':']) >= 0)
            throw new ArgumentException($"'{name}' is not a valid adapter name. The name becomes part of parameter and folder names, "
                + "so it must not be 'training', and must not contain a dot, slash, backslash, colon or another character that is "
                + "invalid in file names.", parameter);
    }
}
