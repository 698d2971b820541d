using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary><see cref="LoraConfig"/> from and to peft's <c>adapter_config.json</c>.</summary>
internal static class LoraConfigJson
{
    /// <summary>peft's fields that are not supported, with the values under which they ask for nothing.</summary>
    private static readonly Dictionary<string, JsonNode?> _unserved = new(StringComparer.Ordinal)
    {
        ["alora_invocation_tokens"] = null,
        ["arrow_config"] = null,
        ["ensure_weight_tying"] = false,
        ["kasa_config"] = null,
        ["layer_replication"] = null,
        ["megatron_config"] = null,
        ["monteclora_config"] = null,
        ["target_parameters"] = null,
        ["use_bdlora"] = null,
        ["use_qalora"] = false,
    };

    /// <summary>peft's fields that matter only when an adapter is created, or only beside another field, with their defaults. Other values are kept and have no effect on a saved adapter.</summary>
    private static readonly Dictionary<string, JsonNode?> _withoutEffect = new(StringComparer.Ordinal)
    {
        ["corda_config"] = null,
        ["eva_config"] = null,
        ["loftq_config"] = new JsonObject(),
        ["lora_ga_config"] = null,
        ["megatron_core"] = "megatron.core",
        ["qalora_group_size"] = 16,
        ["velora_config"] = null,
    };

    /// <summary>Initializations that only decide the values that training starts from, so an adapter that was trained from them loads as any other.</summary>
    private static readonly string[] _startsOnly = ["eva", "lora_ga"];

    internal static LoraConfig Read(ConfigJson json)
    {
        foreach (var (name, unset) in _unserved) Refuse(json, name, unset);
        foreach (var (name, unset) in _withoutEffect)
            if (!json.Has(name) || JsonNode.DeepEquals(json.Fields[name], unset)) _ = json.GetNode(name);
        return new LoraConfig
        {
            R = json.Fields.ContainsKey("r") ? json.GetInt("r") : 8,                       // null is refused: the update's scale would be a guess
            LoraAlpha = json.Fields.ContainsKey("lora_alpha") ? json.GetDouble("lora_alpha") : 8,
            LoraDropout = json.GetDouble("lora_dropout", 0),
            Bias = ConfigFields.Bias(json),
            UseRslora = json.GetBool("use_rslora", false),
            UseDora = json.GetBool("use_dora", false),
            LoraBias = json.GetBool("lora_bias", false),
            FanInFanOut = json.GetBool("fan_in_fan_out", false),
            InitLoraWeights = Initializer(json),
            RankPattern = Map<int>(json, "rank_pattern", section => section.GetInt),
            AlphaPattern = Map<double>(json, "alpha_pattern", section => section.GetDouble),
            TargetModules = ConfigFields.Modules(json, "target_modules"),
            ExcludeModules = ConfigFields.Modules(json, "exclude_modules"),
            ModulesToSave = json.GetStrings("modules_to_save"),
            LayersToTransform = json.GetNode("layers_to_transform") is JsonValue ? [json.GetInt("layers_to_transform")] : json.GetInts("layers_to_transform"),
            LayersPattern = LayersPattern(json),
            TrainableTokenIndices = ConfigFields.Tokens(json),
        }.Finish<LoraConfig>(json);
    }

    internal static void Write(LoraConfig config, JsonObject json)
    {
        json["r"] = config.R;
        json["lora_alpha"] = ConfigFields.Number(config.LoraAlpha);
        json["lora_dropout"] = config.LoraDropout;
        json["bias"] = ConfigFields.NameOf(config.Bias);
        json["use_rslora"] = config.UseRslora;
        json["use_dora"] = config.UseDora;
        json["lora_bias"] = config.LoraBias;
        json["fan_in_fan_out"] = config.FanInFanOut;
        json["init_lora_weights"] = config.InitLoraWeights.Name ?? (JsonNode)config.InitLoraWeights.Equals(LoraInitializer.Default);
        json["rank_pattern"] = new JsonObject(config.RankPattern.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        json["alpha_pattern"] = new JsonObject(config.AlphaPattern.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ConfigFields.Number(pair.Value))));
        json["target_modules"] = ConfigFields.ToJson(config.TargetModules);
        json["exclude_modules"] = ConfigFields.ToJson(config.ExcludeModules);
        json["modules_to_save"] = ConfigFields.List(config.ModulesToSave);
        json["layers_to_transform"] = ConfigFields.List(config.LayersToTransform);
        json["layers_pattern"] = config.LayersPattern is [var only] ? only : ConfigFields.List(config.LayersPattern);
        json["trainable_token_indices"] = ConfigFields.ToJson(config.TrainableTokenIndices);
        foreach (var (name, unset) in _unserved.Concat(_withoutEffect)) json[name] = unset?.DeepClone();
    }

    /// <summary>A name, a list of names, or nothing: an empty text or list counts as not given, as in peft.</summary>
    private static string[]? LayersPattern(ConfigJson json)
    {
        const string name = "layers_pattern";
        var names = json.GetNode(name) is JsonValue ? [json.GetString(name)] : json.GetStrings(name);
        return names?.Where(entry => entry.Length > 0).ToArray() is { Length: > 0 } given ? given : null;
    }

    private static void Refuse(ConfigJson json, string name, JsonNode? unset)
    {
        if (json.GetNode(name) is not { } value || JsonNode.DeepEquals(value, unset)) return;
        if (value is JsonObject { Count: 0 } or JsonArray { Count: 0 } || (value.GetValueKind() == JsonValueKind.False && unset is null)) return;
        throw json.Wrong(name, $"{unset?.ToJsonString() ?? "null"} (other values are not supported)");
    }

    private static LoraInitializer Initializer(ConfigJson json)
    {
        if (json.Fields["init_lora_weights"] is JsonValue start && start.GetValueKind() == JsonValueKind.String && _startsOnly.Contains(start.GetValue<string>()))
            return LoraInitializer.Default;                     // not asked for, so the name is kept among the additional fields and written back
        if (json.GetNode("init_lora_weights") is not JsonValue value || value.GetValueKind() != JsonValueKind.String) return json.GetBool("init_lora_weights", true);
        return LoraInitializers.ByName(json.GetString("init_lora_weights")) ?? throw json.Wrong("init_lora_weights", $"true, false or one of {string.Join(", ", LoraInitializers.Names)}");
    }

    private static Dictionary<string, T> Map<T>(ConfigJson json, string name, Func<ConfigJson, Func<string, T>> read)
    {
        if (json.GetSection(name) is not { } section) return [];
        var value = read(section);
        return section.Fields.Select(field => field.Key).ToDictionary(key => key, value);
    }
}
