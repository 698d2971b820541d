namespace PeftSharp.Internal;

/// <summary>
/// Names of types for messages, as they are written in C#: <c>Module&lt;Tensor, Tensor&gt;</c> instead of <c>Module`2</c>.
/// </summary>
internal static class TypeName
{
    /// <summary>The name without namespaces, such as <c>Dictionary&lt;String, Int32?[]&gt;</c>.</summary>
    internal static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Of(underlying) + "?";
        if (type.IsSZArray) return Of(type.GetElementType()!) + "[]";
        return type.Name.IndexOf('`', StringComparison.Ordinal) is >= 0 and var end
            ? $"{type.Name[..end]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>" : type.Name;
    }

    /// <summary>The name of the type of an object.</summary>
    internal static string Of(object value) => Of(value.GetType());
}
