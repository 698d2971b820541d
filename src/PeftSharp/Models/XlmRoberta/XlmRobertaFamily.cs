using PeftSharp.Modeling;

namespace PeftSharp.Models.XlmRoberta;

/// <summary>The XLM-RoBERTa family (Conneau et al. 2019, arXiv:1911.02116): RoBERTa, trained on texts in 100 languages.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class XlmRobertaFamily : ModelFamily<XlmRobertaConfig>
{
    /// <summary>The shared instance.</summary>
    public static XlmRobertaFamily Instance { get; } = new();

    private XlmRobertaFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<XlmRobertaConfig> models)
    {
        models.Add<XlmRobertaModel>(ModelTask.FeatureExtraction, "XLMRobertaModel");
        models.Add<XlmRobertaForMaskedLM>(ModelTask.MaskedLM, "XLMRobertaForMaskedLM");
        models.Add<XlmRobertaForSequenceClassification>(ModelTask.SequenceClassification, "XLMRobertaForSequenceClassification");
        models.Add<XlmRobertaForTokenClassification>(ModelTask.TokenClassification, "XLMRobertaForTokenClassification");
        models.Add<XlmRobertaForQuestionAnswering>(ModelTask.QuestionAnswering, "XLMRobertaForQuestionAnswering");
        models.Add<XlmRobertaForMultipleChoice>(ModelTask.MultipleChoice, "XLMRobertaForMultipleChoice");
    }

    /// <inheritdoc/>
    public override string ModelType => "xlm-roberta";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "roberta";

    /// <inheritdoc/>
    public override string TokenizerClass => "XLMRobertaTokenizer";

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
