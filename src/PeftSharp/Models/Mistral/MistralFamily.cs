using PeftSharp.Modeling;

namespace PeftSharp.Models.Mistral;

/// <summary>The Mistral family (Jiang et al. 2023, arXiv:2310.06825).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class MistralFamily : DecoderFamily<MistralConfig>
{
    /// <summary>The shared instance.</summary>
    public static MistralFamily Instance { get; } = new();

    private MistralFamily() { }

    /// <inheritdoc/>
    public override string ModelType => "mistral";

    /// <inheritdoc/>
    public override string TokenizerClass => TokenizersBackend;

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<MistralConfig> models)
    {
        models.Add<MistralModel>(ModelTask.FeatureExtraction);
        models.Add<MistralForCausalLM>(ModelTask.CausalLM);
        models.Add<MistralForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<MistralForTokenClassification>(ModelTask.TokenClassification);
    }
}
