namespace PeftSharp.Tuners;

/// <summary>Names that adapters may have.</summary>
internal static class AdapterNames
{
    /// <summary>The name of an adapter that was given none, whose files are in the folder itself.</summary>
    internal const string Default = "default";

    /// <exception cref="ArgumentException">The name cannot be part of a parameter's name or of a folder's.</exception>
    internal static void Check(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        if (name == AdapterChoice.BaseName) throw new ArgumentException($"'{name}' stands for the base model in a batch with an adapter per row. Choose another name.", parameter);
        if (name is "training" || name.Contains('.', StringComparison.Ordinal) || name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name.IndexOfAny(['/', '\\', ':']) >= 0)
            throw new ArgumentException($"'{name}' cannot name an adapter: the name becomes part of parameter names and of a folder's, so it holds no dot, slash, backslash or colon.", parameter);
    }
}
