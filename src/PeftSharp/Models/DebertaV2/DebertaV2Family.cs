using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Models.DebertaV2;

/// <summary>The DeBERTa family, versions 2 and 3 (He et al. 2020, arXiv:2006.03654, and 2021, arXiv:2111.09543).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class DebertaV2Family : ModelFamily<DebertaV2Config>
{
    /// <summary>The shared instance.</summary>
    public static DebertaV2Family Instance { get; } = new();

    private DebertaV2Family() { }

    /// <inheritdoc/>
    protected override void AddModels(FamilyModels<DebertaV2Config> models)
    {
        models.Add<DebertaV2Model>(ModelTask.FeatureExtraction);
        models.Add<DebertaV2ForMaskedLM>(ModelTask.MaskedLM);
        models.Add<DebertaV2ForSequenceClassification>(ModelTask.SequenceClassification);
        models.Add<DebertaV2ForTokenClassification>(ModelTask.TokenClassification);
        models.Add<DebertaV2ForQuestionAnswering>(ModelTask.QuestionAnswering);
        models.Add<DebertaV2ForMultipleChoice>(ModelTask.MultipleChoice);
    }

    /// <inheritdoc/>
    public override string ModelType => "deberta-v2";

    /// <inheritdoc/>
    public override string BaseModelPrefix => "deberta";

    /// <inheritdoc/>
    public override string TokenizerClass => "DebertaV2Tokenizer";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>(EncoderRoles)
        {
            [ModuleRole.Query] = ["query_proj"],
            [ModuleRole.Key] = ["key_proj"],
            [ModuleRole.Value] = ["value_proj"],
            [ModuleRole.Head] = ["pooler"],
        };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string>
    {
        ["cls.predictions.decoder.weight"] = "deberta.embeddings.word_embeddings.weight",
        ["cls.predictions.decoder.bias"] = "cls.predictions.bias",
    };

    /// <inheritdoc/>
    public override PretrainedConfig ReadConfig(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json["pos_att_type"] is JsonValue value && value.TryGetValue<string>(out var types))
            json["pos_att_type"] = new JsonArray(
                [.. types.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(type => JsonValue.Create(type.ToLowerInvariant()))]);
        return base.ReadConfig(json);
    }

    /// <inheritdoc/>
    public override string RenameKey(string key) => RenameNormKeys(key);

    // Published checkpoints contain a second prediction head and embeddings of absolute positions that the model does not have.
    /// <inheritdoc/>
    public override bool IsObsoleteKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Contains("position_embeddings", StringComparison.Ordinal) || key.Contains("mask_predictions.", StringComparison.Ordinal)
            || key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
    }
}
