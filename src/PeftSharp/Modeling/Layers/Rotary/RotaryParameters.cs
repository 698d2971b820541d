using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling.Layers;

/// <summary>The object <c>rope_parameters</c> of <c>config.json</c>: base and scaling of rotary position embeddings.</summary>
/// <remarks>
/// In transformers 4 the object is called <c>rope_scaling</c>, its type <c>type</c>, and the base is the separate field
/// <c>rope_theta</c>.
/// </remarks>
public sealed record RotaryParameters
{
    /// <summary>The type of scaling: <c>default</c>, <c>linear</c>, <c>dynamic</c> or <c>llama3</c>. Default <c>default</c>.</summary>
    public string RopeType { get; init; } = "default";

    /// <summary>Base θ of the frequencies: pair i of a head is rotated by position · θ^(-2i / width) radians. Default 10000.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Factor by which the context is extended; required by every type except <c>default</c>.</summary>
    public double? Factor { get; init; }

    /// <summary>Fraction of a head's width that is rotated. Default 1.</summary>
    public double PartialRotaryFactor { get; init; } = 1;

    /// <summary>Maximum number of tokens in pretraining, before the context was extended (<c>llama3</c>).</summary>
    public int? OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>Wavelengths longer than the original context divided by this are fully scaled (<c>llama3</c>).</summary>
    public double? LowFreqFactor { get; init; }

    /// <summary>Wavelengths shorter than the original context divided by this are not scaled (<c>llama3</c>).</summary>
    public double? HighFreqFactor { get; init; }

    /// <summary>Unknown fields, which are written back.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>
    /// Converts the older spelling in <c>config.json</c> (<c>rope_theta</c>, <c>rope_scaling</c> with <c>type</c>) to
    /// <c>rope_parameters</c>.
    /// </summary>
    /// <param name="json">The content of <c>config.json</c>, which is modified.</param>
    public static void ModernizeFields(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var parameters = json["rope_scaling"] as JsonObject ?? json["rope_parameters"] as JsonObject;
        parameters = parameters?.DeepClone() as JsonObject ?? [];
        if (parameters["type"] is { } type && parameters["rope_type"] is null) parameters["rope_type"] = type.DeepClone();
        parameters.Remove("type");
        if (parameters["rope_theta"] is null && json["rope_theta"] is { } theta) parameters["rope_theta"] = theta.DeepClone();
        if (parameters["partial_rotary_factor"] is null && json["partial_rotary_factor"] is { } partial)
            parameters["partial_rotary_factor"] = partial.DeepClone();
        foreach (var older in new[] { "rope_scaling", "rope_theta", "partial_rotary_factor" }) json.Remove(older);
        if (parameters.Count > 0) json["rope_parameters"] = parameters;
    }

    /// <summary>Describes each invalid value; empty if the parameters are valid.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!RotaryScaling.ByType.TryGetValue(RopeType, out var scaling))
        {
            yield return $"rope_type is '{RopeType}'; supported types: {string.Join(", ", RotaryScaling.ByType.Keys)}";
            yield break;
        }
        if (!(RopeTheta > 0)) yield return FormattableString.Invariant($"rope_theta is {RopeTheta}; it must be greater than 0");
        if (!(PartialRotaryFactor is > 0 and <= 1))
            yield return FormattableString.Invariant(
                $"partial_rotary_factor is {PartialRotaryFactor}; it must be greater than 0 and at most 1");
        foreach (var field in scaling.MissingFields(this)) yield return $"rope_type '{RopeType}' requires {field} in rope_parameters";
    }
}
