using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The encoder without a head (Devlin et al. 2018, arXiv:1810.04805; transformers' <c>BertModel</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class BertModel : BertPretrainedModel
{
    [ComponentName(Name = "embeddings")] private readonly BertEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly BertEncoder _encoder;
    [ComponentName(Name = "pooler")] private readonly Module<Tensor, Tensor>? _pooler;

    /// <summary>A model whose weights are not set yet; see <see cref="FromPretrained"/> and <c>AutoModel.FromConfig</c>.</summary>
    internal BertModel(BertConfig config, bool addPoolingLayer = true) : base(nameof(BertModel), config)
    {
        _embeddings = new BertEmbeddings(config);
        _encoder = new BertEncoder(config);
        if (addPoolingLayer) _pooler = new BertPooler(config);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head in it is left out.</summary>
    /// <exception cref="CheckpointException">The folder holds no BERT.</exception>
    public static BertModel FromPretrained(string folder, PretrainedOptions? options = null) => Load(folder, config => new BertModel(config), options);

    /// <inheritdoc/>
    public override IReadOnlyList<string> LabelNames => [];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Words;

    /// <summary>The word embeddings, float [vocabulary, hidden], for a head that is tied to them.</summary>
    internal Tensor WordTable => ((IWeighted)_embeddings.Words).Weight;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => 0;

    /// <param name="inputs">At least <c>input_ids</c> or <c>inputs_embeds</c>.</param>
    /// <returns><c>last_hidden_state</c>, <c>pooler_output</c> and, where asked for, every layer's states.</returns>
    /// <exception cref="ArgumentException">Both or neither of ids and embeddings are given, or there are more tokens than positions.</exception>
    public override ModelOutput forward(ModelInputs inputs)
    {
        if (inputs.InputIds is null == inputs.InputsEmbeds is null) throw new ArgumentException("Give input_ids or inputs_embeds, one of the two.");
        CheckInputs(inputs);
        using var scope = NewDisposeScope();
        var embedded = _embeddings.call(inputs);
        var states = _encoder.call(embedded, AttentionMask.Bidirectional(inputs.AttentionMask, embedded.dtype), inputs.FirstTokenOnly && FastPaths.FirstTokenOnly && !inputs.OutputHiddenStates);
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            PoolerOutput = _pooler?.call(states[^1]),
            HiddenStates = inputs.OutputHiddenStates ? states : [],
        }.MoveToOuterDisposeScope();
    }
}
