using PeftSharp.Modeling;

namespace PeftSharp.Models.Bert;

/// <summary>What BERT with every head shares.</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public abstract class BertPretrainedModel : PretrainedModel
{
    private protected BertPretrainedModel(string name, BertConfig config) : base(name, config, BertFamily.Instance) { }

    /// <inheritdoc/>
    public override bool AcceptsLossKwargs => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputNames => ["input_ids", "attention_mask", "token_type_ids", "position_ids", "inputs_embeds", .. LabelNames];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["output_hidden_states"];

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        var config = (BertConfig)Config;
        InputCheck.SameShape(inputs, "attention_mask", "token_type_ids");
        if (inputs.TokenTypeIds is { } types) InputCheck.Rows(types, config.TypeVocabSize, "token_type_ids", "type_vocab_size");
        if (inputs.PositionIds is { } positions) InputCheck.Rows(positions, config.MaxPositionEmbeddings, "position_ids", "max_position_embeddings");
    }

    /// <summary>A BERT of class <typeparamref name="TModel"/> from a folder of transformers.</summary>
    private protected static TModel Load<TModel>(string folder, Func<BertConfig, TModel> build, PretrainedOptions? options) where TModel : BertPretrainedModel
    {
        var (config, _) = PretrainedLoader.ReadConfig(folder, type => type == "bert" ? BertFamily.Instance
            : throw new CheckpointException($"'{folder}' holds a model of type '{type}', not 'bert': load it with AutoModel or with the classes of its own family."), [BertFamily.Instance]);
        return PretrainedLoader.Load(folder, config, it => build((BertConfig)it), options);
    }
}
