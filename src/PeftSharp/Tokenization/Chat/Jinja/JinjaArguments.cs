using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The arguments of a call.</summary>
/// <param name="Positional">The positional arguments.</param>
/// <param name="Named">The named arguments in their order; null: none.</param>
internal readonly record struct JinjaArguments(
    IReadOnlyList<object?> Positional, IReadOnlyList<KeyValuePair<string, object?>>? Named = null)
{
    internal static readonly JinjaArguments None = new([]);

    internal int Count => Positional.Count + (Named?.Count ?? 0);

    internal JinjaArguments Skip(int count) => new([.. Positional.Skip(count)], Named);

    /// <summary>Assigns the arguments to parameters.</summary>
    /// <param name="function">The name of the function in messages.</param>
    /// <param name="parameters">The names of the parameters; optional ones end with <c>?</c>.</param>
    /// <returns>The values in the order of the parameters; <see cref="JinjaFrame.Missing"/> for those that were not passed.</returns>
    /// <exception cref="JinjaFault">An argument is missing, unknown or passed twice, or there are too many.</exception>
    internal object?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        var values = new object?[parameters.Length];
        Array.Fill(values, JinjaFrame.Missing);
        if (Positional.Count > values.Length)
            throw new JinjaFault($"{function} has {Quantity.Of(values.Length, "parameter")}, but the number of arguments is "
                + $"{Positional.Count}.");
        for (var i = 0; i < Positional.Count; i++)
            values[i] = Positional[i];
        foreach (var (name, value) in Named ?? [])
        {
            var at = Math.Max(parameters.IndexOf(name), parameters.IndexOf(name + "?"));
            if (at < 0)
                throw new JinjaFault($"{function} has no parameter '{name}'.");
            if (values[at] != JinjaFrame.Missing)
                throw new JinjaFault($"The argument '{name}' of {function} was passed twice.");
            values[at] = value;
        }
        for (var i = 0; i < values.Length; i++)
            if (values[i] == JinjaFrame.Missing && !parameters[i].EndsWith('?'))
                throw new JinjaFault($"The argument '{parameters[i]}' of {function} is missing.");
        return values;
    }
}
