using PeftSharp.Modeling;

namespace PeftSharp.Models.Qwen3;

/// <summary>The Qwen3 family (Yang et al. 2025, arXiv:2505.09388), without the mixture-of-experts models.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Qwen3Family : DecoderFamily<Qwen3Config>
{
    /// <summary>The shared instance.</summary>
    public static Qwen3Family Instance { get; } = new();

    private Qwen3Family() { }

    /// <inheritdoc/>
    public override string ModelType => "qwen3";

    /// <inheritdoc/>
    public override string TokenizerClass => "Qwen2Tokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultTargets { get; } =
        new Dictionary<string, IReadOnlyList<string>> { ["IA3"] = ["q_proj", "v_proj", "down_proj"] };

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<Qwen3Config> models)
    {
        models.Add<Qwen3Model>(ModelTask.FeatureExtraction);
        models.Add<Qwen3ForCausalLM>(ModelTask.CausalLM);
        models.Add<Qwen3ForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<Qwen3ForTokenClassification>(ModelTask.TokenClassification);
    }
}
