using PeftSharp.Modeling;

namespace PeftSharp.Models.Gpt2;

/// <summary>What GPT-2 with every head shares.</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public abstract class Gpt2PretrainedModel : PretrainedModel
{
    private protected Gpt2PretrainedModel(string name, Gpt2Config config) : base(name, config, Gpt2Family.Instance) { }

    /// <inheritdoc/>
    public override bool AcceptsLossKwargs => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputNames => ["input_ids", "attention_mask", "token_type_ids", "position_ids", "inputs_embeds", .. LabelNames];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["past_key_values", "output_hidden_states"];

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        var config = (Gpt2Config)Config;
        InputCheck.SameRows(inputs, "attention_mask");                      // it may be longer than the ids: it speaks of the cache too
        InputCheck.SameShape(inputs, "token_type_ids");
        if (inputs.TokenTypeIds is { } types) InputCheck.Rows(types, config.VocabSize, "token_type_ids", "vocab_size");
        if (inputs.PositionIds is { } positions) InputCheck.Rows(positions, config.NPositions, "position_ids", "n_positions");
    }

    /// <summary>A GPT-2 of class <typeparamref name="TModel"/> from a folder of transformers.</summary>
    private protected static TModel Load<TModel>(string folder, Func<Gpt2Config, TModel> build, PretrainedOptions? options) where TModel : Gpt2PretrainedModel
    {
        var (config, _) = PretrainedLoader.ReadConfig(folder, type => type == "gpt2" ? Gpt2Family.Instance
            : throw new CheckpointException($"'{folder}' holds a model of type '{type}', not 'gpt2': load it with AutoModel or with the classes of its own family."), [Gpt2Family.Instance]);
        return PretrainedLoader.Load(folder, config, it => build((Gpt2Config)it), options);
    }
}
