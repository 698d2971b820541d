using PeftSharp.Modeling;

namespace PeftSharp.Models.Bert;

/// <summary>The BERT family (Devlin et al. 2018, arXiv:1810.04805).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class BertFamily : ModelFamily<BertConfig>
{
    /// <summary>The shared instance.</summary>
    public static BertFamily Instance { get; } = new();

    private BertFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<BertConfig> models)
    {
        models.Add<BertModel>(ModelTask.FeatureExtraction);
        models.Add<BertForMaskedLM>(ModelTask.MaskedLM);
        models.Add<BertForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<BertForTokenClassification>(ModelTask.TokenClassification);
        models.Add<BertForQuestionAnswering>(ModelTask.QuestionAnswering);
        models.Add<BertForMultipleChoice>(ModelTask.MultipleChoice);
        models.AddArchitectures("BertForPreTraining", "BertForNextSentencePrediction", "BertLMHeadModel");
    }

    /// <inheritdoc/>
    public override string ModelType => "bert";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "bert";

    /// <inheritdoc/>
    public override string TokenizerClass => "BertTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => EncoderRoles;

    /// <inheritdoc/>
    public override string RenameKey(string key) => RenameNormKeys(key);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string>
    {
        ["cls.predictions.decoder.weight"] = "bert.embeddings.word_embeddings.weight",
        ["cls.predictions.decoder.bias"] = "cls.predictions.bias",
    };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
