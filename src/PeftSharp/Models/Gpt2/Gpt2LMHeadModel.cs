using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not the function of that name in TorchSharp

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 that writes on: scores of the next token after each one (transformers' <c>GPT2LMHeadModel</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class Gpt2LMHeadModel : Gpt2PretrainedModel
{
    [ComponentName(Name = "transformer")] private readonly Gpt2Model _transformer;
    [ComponentName(Name = "lm_head")] private readonly Module<Tensor, Tensor> _head;

    internal Gpt2LMHeadModel(Gpt2Config config) : base("GPT2LMHeadModel", config)
    {
        _transformer = new Gpt2Model(config) { IsBody = true };
        _head = config.TieWordEmbeddings ? new TiedLinear(() => _transformer.WordTable) : new Linear(config.NEmbd, config.VocabSize, hasBias: false);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; an untied head that the folder lacks is initialized and reported.</summary>
    /// <exception cref="CheckpointException">The folder holds no GPT-2.</exception>
    public static Gpt2LMHeadModel FromPretrained(string folder, PretrainedOptions? options = null) => Load(folder, config => new Gpt2LMHeadModel(config), options);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _transformer.InputEmbeddings;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> OutputEmbeddings => _head;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [.. base.OptionNames, "logits_to_keep"];

    /// <inheritdoc/>
    public override bool CanGenerate => true;

    /// <summary>All labels but -100, the first of each row among them, although nothing predicts it; 0 where nothing is predicted.</summary>
    /// <remarks>So transformers' trainer counts for this class, and for no other language model: its loss is the sum over one target less in each row, divided by all.</remarks>
    public override long CountTargets(ModelInputs inputs) => inputs.Labels is { } labels && Losses.CountNextTokens(labels) > 0 ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        base.CheckInputs(inputs);
        if (inputs.Labels is { } labels) InputCheck.Labels(labels, Config.VocabSize);
    }

    /// <summary>The head's weight; null where the head is more than a weight (an adapter is around it).</summary>
    private Tensor? Table => _head switch { TiedLinear tied => tied.Weight, Linear own => own.Weight, _ => null };

    /// <param name="inputs">As for <see cref="Gpt2Model"/>; <c>labels</c>: int64 [batch, tokens], the ids themselves (they are shifted here), -100 is not counted.</param>
    /// <returns><c>logits</c> [batch, tokens, vocabulary] (fewer tokens where <see cref="ModelInputs.LogitsToKeep"/> says so) and, with labels, the loss.</returns>
    /// <exception cref="ArgumentException">Labels are given although not all tokens are scored.</exception>
    public override ModelOutput forward(ModelInputs inputs)
    {
        using var scope = NewDisposeScope();
        var body = _transformer.call(inputs);
        var states = body.LastHiddenState!;
        if (inputs.LogitsToKeep > 0 && inputs.LogitsToKeep < states.shape[1])
        {
            if (inputs.Labels is not null) throw new ArgumentException("A loss needs the scores of all tokens: leave LogitsToKeep at 0 where labels are given.");
            states = states.narrow(1, states.shape[1] - inputs.LogitsToKeep, inputs.LogitsToKeep);
        }
        if (inputs is { LossOnly: true, Labels: { } targets } && Table is { } table)
        {
            var loss = Losses.LinearCrossEntropy(ComputePrecision.Of(states), ComputePrecision.OfWeight(table), Losses.NextTokens(targets), inputs.NumItemsInBatch);
            return new ModelOutput { Loss = loss, HiddenStates = body.HiddenStates }.MoveToOuterDisposeScope();
        }
        var logits = _head.call(states);
        return new ModelOutput
        {
            Loss = inputs.Labels is { } labels ? Losses.CausalLM(logits, labels, inputs.NumItemsInBatch) : null,
            Logits = logits,
            HiddenStates = body.HiddenStates,
        }.MoveToOuterDisposeScope();
    }
}
