using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling.Layers;

/// <summary>The object <c>rope_parameters</c> of <c>config.json</c>: base and scaling of rotary position embeddings.</summary>
/// <remarks>transformers 4 called it <c>rope_scaling</c>, with the base beside it as <c>rope_theta</c> and the type as <c>type</c>.</remarks>
public sealed record RotaryParameters
{
    /// <summary>The scaling: <c>default</c>, <c>linear</c>, <c>dynamic</c> or <c>llama3</c>. Default <c>default</c>.</summary>
    public string RopeType { get; init; } = "default";

    /// <summary>Base of the wavelengths. Default 10000.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Factor by which the context is extended; needed by every scaling but <c>default</c>.</summary>
    public double? Factor { get; init; }

    /// <summary>Share of a head's width that is rotated. Default 1.</summary>
    public double PartialRotaryFactor { get; init; } = 1;

    /// <summary>Number of tokens that the model was trained with before the context was extended (<c>llama3</c>).</summary>
    public int? OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>Wavelengths longer than the original context divided by this are scaled in full (<c>llama3</c>).</summary>
    public double? LowFreqFactor { get; init; }

    /// <summary>Wavelengths shorter than the original context divided by this are not scaled (<c>llama3</c>).</summary>
    public double? HighFreqFactor { get; init; }

    /// <summary>Fields that the library does not know, kept for the next writer.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>Moves the older spelling of <c>config.json</c> (<c>rope_theta</c>, <c>rope_scaling</c> with <c>type</c>) into <c>rope_parameters</c>.</summary>
    /// <param name="json">The content of <c>config.json</c>; it is changed.</param>
    public static void ModernizeFields(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var parameters = json["rope_scaling"] as JsonObject ?? json["rope_parameters"] as JsonObject;
        parameters = parameters?.DeepClone() as JsonObject ?? [];
        if (parameters["type"] is { } type && parameters["rope_type"] is null) parameters["rope_type"] = type.DeepClone();
        parameters.Remove("type");
        if (parameters["rope_theta"] is null && json["rope_theta"] is { } theta) parameters["rope_theta"] = theta.DeepClone();
        if (parameters["partial_rotary_factor"] is null && json["partial_rotary_factor"] is { } partial) parameters["partial_rotary_factor"] = partial.DeepClone();
        foreach (var older in new[] { "rope_scaling", "rope_theta", "partial_rotary_factor" }) json.Remove(older);
        if (parameters.Count > 0) json["rope_parameters"] = parameters;
    }

    /// <summary>Reasons why no frequencies can be computed from these values; empty where they can.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!RotaryScaling.ByType.TryGetValue(RopeType, out var scaling))
        {
            yield return $"rope_type is '{RopeType}'; supported types are {string.Join(", ", RotaryScaling.ByType.Keys)}";
            yield break;
        }
        if (!(RopeTheta > 0)) yield return FormattableString.Invariant($"rope_theta is {RopeTheta}; it must be greater than 0");
        if (!(PartialRotaryFactor is > 0 and <= 1)) yield return FormattableString.Invariant($"partial_rotary_factor is {PartialRotaryFactor}; it must be greater than 0 and at most 1");
        foreach (var field in scaling.MissingFields(this)) yield return $"rope_type '{RopeType}' needs {field} in rope_parameters";
    }
}
