using PeftSharp.Modeling;

namespace PeftSharp.Models.Roberta;

/// <summary>The RoBERTa family (Liu et al. 2019, arXiv:1907.11692).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class RobertaFamily : ModelFamily<RobertaConfig>
{
    /// <summary>The shared instance.</summary>
    public static RobertaFamily Instance { get; } = new();

    private RobertaFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<RobertaConfig> models)
    {
        models.Add<RobertaModel>(ModelTask.FeatureExtraction);
        models.Add<RobertaForMaskedLM>(ModelTask.MaskedLM);
        models.Add<RobertaForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<RobertaForTokenClassification>(ModelTask.TokenClassification);
        models.Add<RobertaForQuestionAnswering>(ModelTask.QuestionAnswering);
        models.Add<RobertaForMultipleChoice>(ModelTask.MultipleChoice);
    }

    /// <inheritdoc/>
    public override string ModelType => "roberta";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "roberta";

    /// <inheritdoc/>
    public override string TokenizerClass => "RobertaTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => EncoderRoles;

    /// <inheritdoc/>
    public override string RenameKey(string key) => RenameNormKeys(key);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string>
    {
        ["lm_head.decoder.weight"] = "roberta.embeddings.word_embeddings.weight",
        ["lm_head.decoder.bias"] = "lm_head.bias",
    };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
