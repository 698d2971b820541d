using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling.Layers;

/// <summary>The object <c>rope_parameters</c> of <c>config.json</c>: base and scaling of rotary position embeddings.</summary>
/// <remarks>
/// In transformers 4 the object is called <c>rope_scaling</c>, and the base is the separate field <c>rope_theta</c>. In files of early
/// versions, the field <c>rope_type</c> is called <c>type</c>.
/// </remarks>
public sealed record RotaryParameters
{
    internal const string FullAttention = "full_attention", Sliding = "sliding_attention";
    private const string OriginalLength = "original_max_position_embeddings";

    /// <summary>
    /// The type of scaling: <c>default</c>, <c>linear</c>, <c>dynamic</c>, <c>llama3</c>, <c>yarn</c> or <c>longrope</c>. Default
    /// <c>default</c>.
    /// </summary>
    public string RopeType { get; init; } = "default";

    /// <summary>Base θ of the frequencies: pair i of a head is rotated by position · θ^(-2i / width) radians. Default 10000.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>
    /// Factor by which the context is extended. Required by <c>linear</c>, <c>dynamic</c>, <c>llama3</c> and <c>yarn</c>. For
    /// <c>longrope</c>, null is the maximum number of tokens divided by <see cref="OriginalMaxPositionEmbeddings"/>. The same quotient is
    /// used if a file with <c>yarn</c> does not contain the factor.
    /// </summary>
    public double? Factor { get; init; }

    /// <summary>Fraction of a head's width that is rotated. Null: 1.</summary>
    public double? PartialRotaryFactor { get; init; }

    /// <summary>
    /// Maximum number of tokens in pretraining, before the context was extended (<c>llama3</c>, <c>yarn</c>, <c>longrope</c>). Null: the
    /// model's maximum number of tokens.
    /// </summary>
    public int? OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>
    /// Wavelengths longer than the original context divided by this value are fully scaled. Required by <c>llama3</c>, not used by other
    /// types.
    /// </summary>
    public double? LowFreqFactor { get; init; }

    /// <summary>
    /// Wavelengths shorter than the original context divided by this value are not scaled. Required by <c>llama3</c>, not used by other
    /// types.
    /// </summary>
    public double? HighFreqFactor { get; init; }

    /// <summary>
    /// Factor by which cosines and sines are multiplied (<c>yarn</c>, <c>longrope</c>). Null: computed from <see cref="Factor"/> as in the
    /// papers.
    /// </summary>
    public double? AttentionFactor { get; init; }

    /// <summary>
    /// Frequencies with more than this number of rotations in the original context are not scaled (<c>yarn</c>). Null: 32.
    /// </summary>
    public double? BetaFast { get; init; }

    /// <summary>
    /// Frequencies with fewer than this number of rotations in the original context are fully scaled (<c>yarn</c>). Null: 1.
    /// </summary>
    public double? BetaSlow { get; init; }

    /// <summary>
    /// Weight of the logarithm of <see cref="Factor"/> in the numerator of the attention factor, if <see cref="MscaleAllDim"/> is set too
    /// (<c>yarn</c>).
    /// </summary>
    public double? Mscale { get; init; }

    /// <summary>
    /// Weight of the logarithm of <see cref="Factor"/> in the denominator of the attention factor, if <see cref="Mscale"/> is set too
    /// (<c>yarn</c>).
    /// </summary>
    public double? MscaleAllDim { get; init; }

    /// <summary>
    /// Whether the first and the last index of the interpolated frequencies are rounded to integers (<c>yarn</c>). Null: true.
    /// </summary>
    public bool? Truncate { get; init; }

    /// <summary>
    /// Divisors of the frequencies for inputs up to <see cref="OriginalMaxPositionEmbeddings"/>. One for each frequency; the number of
    /// frequencies is half of the rotated width of a head. Required by <c>longrope</c>, not used by other types.
    /// </summary>
    public IReadOnlyList<double>? ShortFactor { get; init; }

    /// <summary>
    /// Divisors of the frequencies for inputs longer than <see cref="OriginalMaxPositionEmbeddings"/>. One for each frequency; the number
    /// of frequencies is half of the rotated width of a head. Required by <c>longrope</c>, not used by other types.
    /// </summary>
    public IReadOnlyList<double>? LongFactor { get; init; }

    /// <summary>
    /// The parameters of layers with a sliding window, if they differ from those of the other layers; the file then has one object for each
    /// type of layer. Null: all layers have the same parameters.
    /// </summary>
    [JsonIgnore]
    public RotaryParameters? SlidingAttention { get; init; }

    /// <summary>Unknown fields, which are written back.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>
    /// Converts the older spelling in <c>config.json</c> (<c>rope_theta</c>, <c>rope_scaling</c> with <c>type</c>) to
    /// <c>rope_parameters</c>.
    /// </summary>
    /// <param name="json">The content of <c>config.json</c>, which is modified.</param>
    public static void ConvertLegacyFields(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var given = json["rope_scaling"] is JsonObject { Count: > 0 } scaling ? scaling : json["rope_parameters"];
        var parameters = given?.DeepClone() as JsonObject ?? [];
        var ofTypes = new[] { FullAttention, Sliding }.Select(name => parameters[name]).OfType<JsonObject>().ToArray();
        foreach (var entry in ofTypes.Length > 0 ? ofTypes : [parameters])
        {
            if (entry["type"] is { } older && entry["rope_type"] is null) entry["rope_type"] = older.DeepClone();
            entry.Remove("type");
            foreach (var field in new[] { "rope_theta", "partial_rotary_factor" })
                if (entry[field] is null && json[field] is { } value) entry[field] = value.DeepClone();
        }
        // original_max_position_embeddings at the top level of config.json takes precedence, as in transformers. It is kept, because the
        // family may read it (Phi-3).
        var type = ofTypes.Length == 0 ? parameters["rope_type"]?.ToString() : null;
        if (type is "llama3" or "yarn" or "longrope" && json[OriginalLength] is { } length) parameters[OriginalLength] = length.DeepClone();
        if (type == "yarn" && parameters["factor"] is null && parameters[OriginalLength] is JsonValue original
            && json["max_position_embeddings"] is JsonValue extended)
            parameters["factor"] = (double)extended / (double)original;
        foreach (var field in new[] { "rope_scaling", "rope_theta", "partial_rotary_factor" }) json.Remove(field);
        if (parameters.Count > 0) json["rope_parameters"] = parameters;
    }

    /// <summary>Describes each value that does not fit a head of the given width; empty if all do.</summary>
    /// <param name="headWidth">Width of a head.</param>
    internal IEnumerable<string> WidthProblems(int headWidth)
    {
        var width = RotatedWidth(headWidth);
        if (width < 2 || width % 2 != 0)
            yield return $"The rotated width is {width} of {headWidth} elements of a head, "
                + "but it must be even and at least 2. Change partial_rotary_factor or the head width";
        else if (RotaryScaling.ByType.GetValueOrDefault(RopeType) is LongRopeScaling)
            foreach (var (name, factors) in new[] { ("short_factor", ShortFactor), ("long_factor", LongFactor) })
                if (factors is not null && factors.Count != width / 2)
                    yield return $"{name} in rope_parameters has {factors.Count} values, but there are {width / 2} frequencies";
        foreach (var problem in SlidingAttention?.WidthProblems(headWidth) ?? []) yield return problem;
    }

    /// <summary>Describes a partial rotation, for models whose heads are rotated as a whole.</summary>
    internal IEnumerable<string> PartialProblems() => new[] { this, SlidingAttention }
        .Where(parameters => parameters is { PartialRotaryFactor: not (null or 1) })
        .Select(parameters => FormattableString.Invariant($"partial_rotary_factor is {parameters!.PartialRotaryFactor}, but this model ")
            + "rotates whole heads, and transformers ignores the field: remove it");

    /// <summary>Number of rotated elements of a head.</summary>
    internal int RotatedWidth(int headWidth) => (int)(headWidth * (PartialRotaryFactor ?? 1));

    /// <summary>Describes each invalid value; empty if the parameters are valid.</summary>
    internal IEnumerable<string> GetValidationErrors()
    {
        if (!RotaryScaling.ByType.TryGetValue(RopeType, out var scaling))
        {
            yield return $"rope_type is '{RopeType}'; supported types: {string.Join(", ", RotaryScaling.ByType.Keys)}";
            yield break;
        }
        if (!(RopeTheta > 0 && double.IsFinite(RopeTheta)))
            yield return FormattableString.Invariant($"rope_theta is {RopeTheta}; it must be finite and greater than 0");
        if (PartialRotaryFactor is not (null or (> 0 and <= 1)))
            yield return FormattableString.Invariant(
                $"partial_rotary_factor is {PartialRotaryFactor}; it must be greater than 0 and at most 1");
        foreach (var field in scaling.MissingFields(this)) yield return $"rope_type '{RopeType}' requires {field} in rope_parameters";
        foreach (var problem in SlidingAttention?.GetValidationErrors() ?? []) yield return problem;
    }
}
