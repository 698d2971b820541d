namespace PeftSharp.Internal;

/// <summary>The message of an exception as part of another message.</summary>
internal static class ErrorText
{
    /// <summary>
    /// Returns the message without the name of a parameter, because the parameter of an internal method means nothing to the caller.
    /// </summary>
    internal static string Of(Exception error) => error is ArgumentException { ParamName: { } name }
        ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : error.Message;
}
