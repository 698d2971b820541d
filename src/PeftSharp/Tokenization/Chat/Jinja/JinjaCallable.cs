namespace PeftSharp.Tokenization;

/// <summary>A function, method or macro.</summary>
/// <param name="Name">The name of the function in messages.</param>
/// <param name="Call">Calls the function.</param>
internal sealed record JinjaCallable(string Name, Func<JinjaRun, JinjaArguments, object?> Call)
{
    /// <summary>The attributes of the function, such as <c>name</c> of a macro; null: none.</summary>
    internal IReadOnlyDictionary<string, object?>? Attributes { get; init; }
}
