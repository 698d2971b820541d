using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The target of an assignment: a variable, an attribute of a namespace, or a tuple of targets.</summary>
/// <param name="Name">The name of the variable or namespace; null for a tuple.</param>
/// <param name="Attribute">The attribute of the namespace; null for a variable.</param>
/// <param name="Items">The targets of a tuple; null for others.</param>
internal sealed record JinjaTarget(string? Name, string? Attribute = null, IReadOnlyList<JinjaTarget>? Items = null)
{
    internal void Record(JinjaScope scope, JinjaVariableUse use)
    {
        if (Name is not null)
            scope.Record(Attribute is null ? use : JinjaVariableUse.Load, Name);
        foreach (var item in Items ?? [])
            item.Record(scope, use);
    }

    /// <summary>Returns a function that assigns a value.</summary>
    internal Action<JinjaFrame, object?> Bind(JinjaScope scope)
    {
        if (Items is not null)
        {
            Action<JinjaFrame, object?>[] parts = [.. Items.Select(item => item.Bind(scope))];
            return (frame, value) => Unpack(parts, frame, value);
        }
        var variable = new JinjaName(scope, Name!);
        if (Attribute is not { } attribute)
            return variable.Set;
        return (frame, value) =>
        {
            if (variable.Get(frame) is not JinjaNamespace owner)
                throw new JinjaFault($"'{Name}.{attribute}' cannot be set: '{Name}' is not a namespace.");
            owner.Set(attribute, value);
        };
    }

    private static void Unpack(Action<JinjaFrame, object?>[] parts, JinjaFrame frame, object? value)
    {
        var items = JinjaTypes.Iterate(value).Take(parts.Length + 1).ToArray();
        if (items.Length != parts.Length)
            throw new JinjaFault($"{Quantity.Of(parts.Length, "variable")} cannot be assigned from "
                + $"{(items.Length > parts.Length ? "more values" : Quantity.Of(items.Length, "value"))}.");
        for (var i = 0; i < parts.Length; i++)
            parts[i](frame, items[i]);
    }
}
