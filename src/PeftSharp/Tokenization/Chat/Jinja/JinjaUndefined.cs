namespace PeftSharp.Tokenization;

/// <summary>
/// The value of a name, field or item that does not exist. It can be printed, tested and iterated; other operations fail.
/// </summary>
/// <param name="message">The error message, which describes what does not exist.</param>
/// <param name="error">The kind of the error if the value is used.</param>
internal sealed class JinjaUndefined(string message, ChatTemplateError error = ChatTemplateError.Evaluation)
{
    internal JinjaFault Fail() => new(message, error);

    internal static JinjaUndefined Name(string name) => new($"'{name}' is not defined.");

    internal static JinjaUndefined Item(object? owner, object? key) => new(key is string
        ? $"{JinjaTypes.Describe(owner)} has no field {JinjaRepr.Of(key)}."
        : $"{JinjaTypes.Describe(owner)} has no element {JinjaRepr.Of(key)}.");
}
