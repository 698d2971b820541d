using System.Text.Json.Nodes;

namespace PeftSharp.Tuners.Lora;

/// <summary>Fields of peft's LoRA configuration that are not used.</summary>
internal static class LoraFields
{
    internal static IReadOnlyList<UnusedField> Unused { get; } =
    [
        .. Refused(null, "alora_invocation_tokens", "arrow_config", "kasa_config", "layer_replication", "megatron_config",
            "monteclora_config", "target_parameters", "use_bdlora"),
        .. Refused(false, "ensure_weight_tying", "use_qalora"),
        // These fields are used only when an adapter is created, or only in combination with another field. A trained adapter does not
        // depend on them.
        .. Kept(null, "corda_config", "eva_config", "lora_ga_config", "velora_config"),
        .. Kept(new JsonObject(), "loftq_config"),
        .. Kept("megatron.core", "megatron_core"),
        .. Kept(16, "qalora_group_size"),
    ];

    private static IEnumerable<UnusedField> Refused(JsonNode? nothing, params string[] names) =>
        names.Select(name => new UnusedField(name, nothing, IsRejected: true));

    private static IEnumerable<UnusedField> Kept(JsonNode? nothing, params string[] names) =>
        names.Select(name => new UnusedField(name, nothing, IsRejected: false));
}
