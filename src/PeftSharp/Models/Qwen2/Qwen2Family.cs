using PeftSharp.Modeling;

namespace PeftSharp.Models.Qwen2;

/// <summary>The Qwen2 family (Yang et al. 2024, arXiv:2407.10671), which includes Qwen1.5 and Qwen2.5.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Qwen2Family : DecoderFamily<Qwen2Config>
{
    /// <summary>The shared instance.</summary>
    public static Qwen2Family Instance { get; } = new();

    private Qwen2Family() { }

    /// <inheritdoc/>
    public override string ModelType => "qwen2";

    /// <inheritdoc/>
    public override string TokenizerClass => "Qwen2Tokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultTargets { get; } =
        new Dictionary<string, IReadOnlyList<string>> { ["IA3"] = ["q_proj", "v_proj", "down_proj"] };

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<Qwen2Config> models)
    {
        models.Add<Qwen2Model>(ModelTask.FeatureExtraction);
        models.Add<Qwen2ForCausalLM>(ModelTask.CausalLM);
        models.Add<Qwen2ForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<Qwen2ForTokenClassification>(ModelTask.TokenClassification);
    }
}
