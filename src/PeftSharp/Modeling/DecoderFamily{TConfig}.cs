using System.Text.Json.Nodes;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Modeling;

/// <summary>The base class of families of decoders with LLaMA's layers and LLaMA's names in the checkpoint.</summary>
/// <remarks>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</remarks>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class DecoderFamily<TConfig> : ModelFamily<TConfig> where TConfig : DecoderConfig
{
    /// <inheritdoc/>
    public override string BaseModelPrefix => "model";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => DecoderRoles;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } =
        new Dictionary<string, string> { ["lm_head.weight"] = "model.embed_tokens.weight" };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        RotaryParameters.ConvertLegacyFields(json);
        return base.ReadConfig(json);
    }

    // The model computes these frequencies; older checkpoints contain them.
    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);
}
