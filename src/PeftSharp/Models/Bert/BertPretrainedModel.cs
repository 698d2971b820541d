using PeftSharp.Modeling;

namespace PeftSharp.Models.Bert;

/// <summary>What BERT with every head shares.</summary>
public abstract class BertPretrainedModel : PretrainedModel
{
    private protected BertPretrainedModel(string name, BertConfig config) : base(name, config, BertFamily.Instance) { }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputNames => ["input_ids", "attention_mask", "token_type_ids", "position_ids", "inputs_embeds", .. LabelNames];

    /// <summary>A BERT of class <typeparamref name="TModel"/> from a folder of transformers.</summary>
    private protected static TModel Load<TModel>(string folder, Func<BertConfig, TModel> build, PretrainedOptions? options) where TModel : BertPretrainedModel
    {
        var (config, _) = PretrainedLoader.ReadConfig(folder, type => type == "bert" ? BertFamily.Instance
            : throw new CheckpointException($"'{folder}' holds a model of type '{type}', not 'bert': load it with AutoModel or with the classes of its own family."));
        return PretrainedLoader.Load(folder, config, it => build((BertConfig)it), options);
    }
}
