using PeftSharp.Modeling;

namespace PeftSharp.Models.Llama;

/// <summary>The LLaMA family (Touvron et al. 2023, arXiv:2302.13971), including checkpoints with the same architecture.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class LlamaFamily : DecoderFamily<LlamaConfig>
{
    /// <summary>The shared instance.</summary>
    public static LlamaFamily Instance { get; } = new();

    private LlamaFamily() { }

    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<LlamaConfig> models)
    {
        models.Add<LlamaModel>(ModelTask.FeatureExtraction);
        models.Add<LlamaForCausalLM>(ModelTask.CausalLM);
        models.Add<LlamaForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<LlamaForTokenClassification>(ModelTask.TokenClassification);
    }
}
