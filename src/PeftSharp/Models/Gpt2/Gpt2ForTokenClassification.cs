using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 that labels each token (transformers' <c>GPT2ForTokenClassification</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class Gpt2ForTokenClassification : Gpt2PretrainedModel
{
    [ComponentName(Name = "transformer")] private readonly Gpt2Model _transformer;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    internal Gpt2ForTokenClassification(Gpt2Config config) : base("GPT2ForTokenClassification", config)
    {
        _transformer = new Gpt2Model(config) { IsBody = true };
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.NEmbd, config.NumLabels);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no GPT-2, or its head has another number of classes.</exception>
    public static Gpt2ForTokenClassification FromPretrained(string folder, PretrainedOptions? options = null) =>
        Load(folder, config => new Gpt2ForTokenClassification(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _transformer.InputEmbeddings;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs.Labels is { } labels) InputCheck.Labels(labels, Config.NumLabels);
    }

    /// <param name="inputs">As for <see cref="Gpt2Model"/>; <c>labels</c>: int64 [batch, tokens], -100 is not counted.</param>
    /// <returns><c>logits</c> [batch, tokens, classes] and, with labels, the loss.</returns>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _transformer.call(inputs);
        var logits = _classifier.call(_dropout.call(body.LastHiddenState!));
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.CrossEntropy(logits, labels, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }
}
