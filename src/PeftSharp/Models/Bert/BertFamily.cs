using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.Bert;

/// <summary>BERT (Devlin et al. 2018, arXiv:1810.04805) as transformers names it.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class BertFamily : ModelFamily
{
    /// <summary>The one instance.</summary>
    public static BertFamily Instance { get; } = new();

    private BertFamily() { }

    /// <inheritdoc/>
    public override string ModelType => "bert";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "bert";

    /// <inheritdoc/>
    public override string TokenizerClass => "BertTokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders => new Dictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>>
    {
        [ModelTask.FeatureExtraction] = config => new BertModel((BertConfig)config),
        [ModelTask.MaskedLM] = config => new BertForMaskedLM((BertConfig)config),
        [ModelTask.SequenceClassification] = config => new BertForSequenceClassification((BertConfig)config),
        [ModelTask.TokenClassification] = config => new BertForTokenClassification((BertConfig)config),
        [ModelTask.QuestionAnswering] = config => new BertForQuestionAnswering((BertConfig)config),
        [ModelTask.MultipleChoice] = config => new BertForMultipleChoice((BertConfig)config),
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultTargetModules { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["LORA"] = ["query", "value"],
        ["ADALORA"] = ["query", "value"],
        ["IA3"] = ["key", "value", "output.dense"],
    };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json) => PretrainedConfig.FromJson<BertConfig>(json);

    /// <inheritdoc/>
    public override string RenameKey(string key) => RenameNormKeys(key);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures { get; } =
    [
        nameof(BertModel), nameof(BertForMaskedLM), nameof(BertForSequenceClassification), nameof(BertForTokenClassification), nameof(BertForQuestionAnswering), nameof(BertForMultipleChoice),
        "BertForPreTraining", "BertForNextSentencePrediction", "BertLMHeadModel",
    ];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string>
    {
        ["cls.predictions.decoder.weight"] = "bert.embeddings.word_embeddings.weight",
        ["cls.predictions.decoder.bias"] = "cls.predictions.bias",
    };

    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
