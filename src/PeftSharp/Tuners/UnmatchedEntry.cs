namespace PeftSharp.Tuners;

/// <summary>The error for an entry of a configuration that matches no module of the model.</summary>
internal static class UnmatchedEntry
{
    /// <param name="finding">What the entry is and what the model has.</param>
    /// <param name="remedy">What the author of the configuration can do.</param>
    internal static ArgumentException Error(string finding, string remedy) => new($"{finding} {remedy}") { Data = { [nameof(Finding)] = finding } };

    /// <summary>The error's message without the remedy: the report of a loaded adapter gives it, because there the entry was passed over.</summary>
    internal static string Finding(ArgumentException error) => error.Data[nameof(Finding)] as string ?? error.Message;
}
