namespace PeftSharp.Tokenization;

/// <summary>A function, method or macro.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Call">Calls it.</param>
internal sealed record JinjaCallable(string Name, Func<JinjaRun, JinjaArguments, object?> Call)
{
    /// <summary>The attributes that it has, such as <c>name</c> of a macro; null: none.</summary>
    internal IReadOnlyDictionary<string, object?>? Attributes { get; init; }
}
