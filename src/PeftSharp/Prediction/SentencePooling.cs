using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <summary>The pooling layer of a sentence-transformers folder (<c>1_Pooling/config.json</c>).</summary>
/// <param name="Modes">What is computed from the tokens.</param>
/// <param name="IncludesPrompt">Whether the tokens of the prompt are used too.</param>
internal sealed record SentencePooling(PoolingModes Modes, bool IncludesPrompt = true)
{
    private const string ModePrefix = "pooling_mode", Prompt = "include_prompt", Width = "word_embedding_dimension";

    private static readonly (PoolingModes Mode, string Field, string Name)[] _modes =
    [
        (PoolingModes.Cls, "pooling_mode_cls_token", "cls"),
        (PoolingModes.Max, "pooling_mode_max_tokens", "max"),
        (PoolingModes.Mean, "pooling_mode_mean_tokens", "mean"),
        (PoolingModes.MeanSqrtLen, "pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        (PoolingModes.WeightedMean, "pooling_mode_weightedmean_tokens", "weightedmean"),
        (PoolingModes.LastToken, "pooling_mode_lasttoken", "lasttoken"),
    ];

    /// <summary>Reads the configuration of the layer.</summary>
    /// <exception cref="CheckpointException">A field or a kind of pooling is not supported; the message names it.</exception>
    internal static SentencePooling Read(string path)
    {
        var json = JsonFile.Read(path);
        var fields = new SentenceFields(path, json, Width, "embedding_dimension", ModePrefix, Prompt);
        var modes = PoolingModes.None;
        foreach (var (name, value) in json)
        {
            if (!name.StartsWith(ModePrefix + "_", StringComparison.Ordinal)) continue;
            if (!fields.Flag(name, false)) continue;
            modes |= _modes.FirstOrDefault(mode => mode.Field == name).Mode is var mode and not PoolingModes.None ? mode
                : throw new CheckpointException($"'{path}' sets {name}, which is not supported. Supported fields: "
                + $"{string.Join(", ", _modes.Select(known => known.Field))}.");
        }
        foreach (var name in Names(path, json[ModePrefix]))
            modes |= _modes.FirstOrDefault(mode => mode.Name == name).Mode is var mode and not PoolingModes.None ? mode
                : throw new CheckpointException($"'{path}': pooling_mode is '{name}', which is not supported. Supported values: "
                + $"{string.Join(", ", _modes.Select(known => known.Name))}.");
        fields.RequireKnown(name => name.StartsWith(ModePrefix + "_", StringComparison.Ordinal));
        return modes == PoolingModes.None
            ? throw new CheckpointException($"'{path}' sets no kind of pooling. Set one of "
            + $"{string.Join(", ", _modes.Select(known => known.Field))}.")
            : new SentencePooling(modes, fields.Flag(Prompt, true));
    }

    /// <summary>Returns the configuration in the format of sentence-transformers.</summary>
    /// <param name="width">Width of the hidden states.</param>
    internal JsonObject ToJson(int width)
    {
        var json = new JsonObject { [Width] = width };
        foreach (var (mode, field, _) in _modes) json[field] = Modes.HasFlag(mode);
        json[Prompt] = IncludesPrompt;
        return json;
    }

    /// <summary>Pools the hidden states of a batch, in float32.</summary>
    /// <param name="states">Float [batch, tokens, width].</param>
    /// <param name="mask">1 for tokens that are used, float32 [batch, tokens].</param>
    /// <returns>Float32 [batch, width · number of modes].</returns>
    internal Tensor Apply(Tensor states, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var x = states.to(ScalarType.Float32);
        var used = mask.unsqueeze(2);
        var parts = new List<Tensor>();
        if (Modes.HasFlag(PoolingModes.Cls)) parts.Add(x.select(1, 0));
        // -1e9 is the value of sentence-transformers. It is the result if no token is used.
        if (Modes.HasFlag(PoolingModes.Max)) parts.Add(x.masked_fill(used.eq(0), -1e9).amax([1]));
        if (Modes.HasFlag(PoolingModes.Mean)) parts.Add((x * used).sum(1) / Count(used));
        if (Modes.HasFlag(PoolingModes.MeanSqrtLen)) parts.Add((x * used).sum(1) / Count(used).sqrt());
        if (Modes.HasFlag(PoolingModes.WeightedMean))
        {
            var weights = used * arange(1, x.shape[1] + 1, ScalarType.Float32, x.device).unsqueeze(0).unsqueeze(2);
            parts.Add((x * weights).sum(1) / Count(weights));
        }
        if (Modes.HasFlag(PoolingModes.LastToken))
        {
            var last = (mask * arange(1, x.shape[1] + 1, ScalarType.Float32, x.device)).argmax(1);
            parts.Add((x * used).index([arange(x.shape[0], ScalarType.Int64, x.device), last]));
        }
        return cat(parts, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Count(Tensor weights) => weights.sum(1).clamp(min: 1e-9);

    private static IEnumerable<string> Names(string path, JsonNode? node) => node switch
    {
        null => [],
        JsonArray list when list.All(IsText) => list.Select(item => (string)item!),
        _ when IsText(node) => ((string)node!).Split('+', StringSplitOptions.TrimEntries),
        _ => throw new CheckpointException(
            $"'{path}': {ModePrefix} is {PythonJson.Show(node)}; the name of a pooling mode or a list of names is expected."),
    };

    private static bool IsText(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;
}
