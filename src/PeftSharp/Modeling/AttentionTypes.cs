using PeftSharp.Internal;

namespace PeftSharp.Modeling;

/// <summary>The field <c>layer_types</c> of <c>config.json</c>: whether a layer attends to all tokens or to a window.</summary>
internal static class AttentionTypes
{
    internal const string Full = "full_attention", Sliding = "sliding_attention";

    /// <summary>Whether a layer attends to a sliding window.</summary>
    internal static bool IsSliding(string type) => type == Sliding;

    /// <summary>Describes each invalid value; empty if the types are valid.</summary>
    /// <param name="types">The type of each layer; null: the configuration does not list them.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="window">The sliding window; null: none.</param>
    /// <param name="required">The fields that define the window, for the message.</param>
    internal static IEnumerable<string> GetValidationErrors(IReadOnlyList<string>? types, int layers, int? window, string required)
    {
        if (types is null) yield break;
        if (types.Count != layers) yield return $"layer_types has {Quantity.Of(types.Count, "element")}, but num_hidden_layers is {layers}";
        foreach (var type in types.Where(type => type is not (Full or Sliding)).Distinct())
            yield return $"layer_types contains '{type}'; supported types: {Full}, {Sliding}";
        if (types.Contains(Sliding) && window is null) yield return $"layer_types contains '{Sliding}', which requires {required}";
    }
}
