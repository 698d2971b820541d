using PeftSharp.Modeling;

namespace PeftSharp.Models.Electra;

/// <summary>
/// The ELECTRA family (Clark et al. 2020, arXiv:2003.10555): the discriminator, and the generator as a masked language model.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class ElectraFamily : ModelFamily<ElectraConfig>
{
    /// <summary>The shared instance.</summary>
    public static ElectraFamily Instance { get; } = new();

    private ElectraFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<ElectraConfig> models)
    {
        models.Add<ElectraModel>(ModelTask.FeatureExtraction);
        models.Add<ElectraForMaskedLM>(ModelTask.MaskedLM);
        models.Add<ElectraForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<ElectraForTokenClassification>(ModelTask.TokenClassification);
        models.Add<ElectraForQuestionAnswering>(ModelTask.QuestionAnswering);
        models.Add<ElectraForMultipleChoice>(ModelTask.MultipleChoice);
        models.AddArchitectures("ElectraForPreTraining", "ElectraForCausalLM");
    }

    /// <inheritdoc/>
    public override string ModelType => "electra";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "electra";

    /// <inheritdoc/>
    public override string TokenizerClass => "BertTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles => EncoderRoles;

    /// <inheritdoc/>
    public override string RenameKey(string key) => RenameNormKeys(key);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } =
        new Dictionary<string, string> { ["generator_lm_head.weight"] = "electra.embeddings.word_embeddings.weight" };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
