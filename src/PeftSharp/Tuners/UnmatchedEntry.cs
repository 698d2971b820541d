namespace PeftSharp.Tuners;

/// <summary>The error for an entry of a configuration that matches no module of the model.</summary>
internal static class UnmatchedEntry
{
    /// <summary>Creates the error.</summary>
    /// <param name="finding">Describes the entry and the modules of the model.</param>
    /// <param name="remedy">What to change in the configuration.</param>
    internal static ArgumentException Error(string finding, string remedy) =>
        new($"{finding} {remedy}") { Data = { [nameof(Finding)] = finding } };

    /// <summary>Returns the message without the remedy, for the report of an adapter that was loaded without the entry.</summary>
    internal static string Finding(ArgumentException error) => error.Data[nameof(Finding)] as string ?? error.Message;
}
