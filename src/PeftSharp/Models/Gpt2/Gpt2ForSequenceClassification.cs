using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 that labels whole texts by their last token (transformers' <c>GPT2ForSequenceClassification</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class Gpt2ForSequenceClassification : Gpt2PretrainedModel
{
    [ComponentName(Name = "transformer")] private readonly Gpt2Model _transformer;
    [ComponentName(Name = "score")] private readonly Module<Tensor, Tensor> _classifier;

    internal Gpt2ForSequenceClassification(Gpt2Config config) : base("GPT2ForSequenceClassification", config)
    {
        _transformer = new Gpt2Model(config) { IsBody = true };
        _classifier = new Linear(config.NEmbd, config.NumLabels, hasBias: false);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no GPT-2, or its head has another number of classes.</exception>
    public static Gpt2ForSequenceClassification FromPretrained(string folder, PretrainedOptions? options = null) =>
        Load(folder, config => new Gpt2ForSequenceClassification(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _transformer.InputEmbeddings;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels ? Losses.CountSequenceTargets(labels, Config) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs.Labels is { } labels) Losses.CheckSequenceLabels(labels, Config);
    }

    /// <param name="inputs">As for <see cref="Gpt2Model"/>; <c>labels</c>: int64 [batch] for one class, float [batch, classes] for several, float [batch] for a number.</param>
    /// <returns><c>logits</c> [batch, classes] and, with labels, the loss.</returns>
    /// <exception cref="ArgumentException">There are several rows, but no <c>pad_token_id</c> says where each of them ends.</exception>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _transformer.call(inputs);
        var logits = _classifier.call(LastRead(body.LastHiddenState!, inputs.InputIds));
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.SequenceClassification(logits, labels, Config, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }

    /// <summary>The state of each row's last token that is no padding, float [batch, hidden].</summary>
    private Tensor LastRead(Tensor states, Tensor? ids)
    {
        var (rows, tokens) = (states.shape[0], states.shape[1]);
        if (Config.PadTokenId is null && rows > 1)
            throw new ArgumentException($"A batch of {rows} rows needs pad_token_id in the configuration, so that the last token of each row is known; set it, for example to the end of text.");
        if (Config.PadTokenId is not { } pad || ids is null) return states.select(1, tokens - 1);
        var last = (ids.ne(pad).to(ScalarType.Int64) * arange(tokens, ScalarType.Int64, states.device)).argmax(1);
        return states.index([arange(rows, ScalarType.Int64, states.device), last]);
    }
}
