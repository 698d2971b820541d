using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.DistilBert;

/// <summary>The DistilBERT family (Sanh et al. 2019, arXiv:1910.01108).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class DistilBertFamily : ModelFamily<DistilBertConfig>
{
    /// <summary>The shared instance.</summary>
    public static DistilBertFamily Instance { get; } = new();

    private static readonly (string Common, string Own)[] _ownNames =
        [("hidden_size", "dim"), ("num_attention_heads", "n_heads"), ("num_hidden_layers", "n_layers")];

    private DistilBertFamily() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<DistilBertConfig> models)
    {
        models.Add<DistilBertModel>(ModelTask.FeatureExtraction);
        models.Add<DistilBertForMaskedLM>(ModelTask.MaskedLM);
        models.Add<DistilBertForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<DistilBertForTokenClassification>(ModelTask.TokenClassification);
        models.Add<DistilBertForQuestionAnswering>(ModelTask.QuestionAnswering);
        models.Add<DistilBertForMultipleChoice>(ModelTask.MultipleChoice);
    }

    /// <inheritdoc/>
    public override string ModelType => "distilbert";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "distilbert";

    /// <inheritdoc/>
    /// <remarks>Like transformers' <c>BertTokenizer</c>, but without token types, which the model does not read.</remarks>
    public override string TokenizerClass => "DistilBertTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["q_lin"],
            [ModuleRole.Key] = ["k_lin"],
            [ModuleRole.Value] = ["v_lin"],
            [ModuleRole.AttentionOutput] = ["out_lin"],
            [ModuleRole.FeedForwardIn] = ["lin1"],
            [ModuleRole.FeedForwardOut] = ["lin2"],
            [ModuleRole.Norm] = ["sa_layer_norm", "output_layer_norm", "LayerNorm"],
            [ModuleRole.Head] = ["pre_classifier"],
        };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => base.ReadConfig(WithOwnNames(json, _ownNames));

    /// <inheritdoc/>
    public override string RenameKey(string key) => RenameNormKeys(key);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } =
        new Dictionary<string, string> { ["vocab_projector.weight"] = "distilbert.embeddings.word_embeddings.weight" };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
