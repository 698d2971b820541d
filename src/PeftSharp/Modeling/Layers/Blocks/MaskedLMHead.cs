using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// The head of a masked language model: a linear layer, an activation function and layer normalization, then the logits. The parameters
/// have the names of transformers' <c>RobertaLMHead</c>.
/// </summary>
/// <remarks>
/// <para>Calling the module computes the input of <see cref="Decoder"/>, so that a model can compute the loss without all logits.</para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
internal sealed class MaskedLMHead : Module<Tensor, Tensor>, IParameterInitializer, IResizableVocabulary
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "layer_norm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor> _decoder;
    [ComponentName(Name = "bias")] private Parameter? _bias;
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="config">The configuration.</param>
    /// <param name="body">The body, whose input embeddings a tied head uses.</param>
    /// <param name="isTied">Whether the logits use the weight of the embeddings. Null: as the configuration specifies.</param>
    /// <param name="activation">The activation function, by its name in transformers. Default <c>gelu</c>.</param>
    /// <param name="normName">The name of the normalization in a checkpoint. Default <c>layer_norm</c>.</param>
    internal MaskedLMHead(
        EncoderConfig config, PretrainedModel body, bool? isTied = null, string activation = "gelu", string normName = "layer_norm")
        : base(nameof(MaskedLMHead))
    {
        var tied = isTied ?? config.TieWordEmbeddings;
        _dense = new Linear(config.HiddenSize, config.HiddenSize);
        _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
        if (tied) _bias = new Parameter(empty(config.VocabSize));
        _decoder = tied
            ? new TiedLinear(() => ((IHasWeight)body.InputEmbeddings!).Weight, () => get_parameter("bias")!)
            : new Linear(config.HiddenSize, config.VocabSize);
        _activation = ActivationFunctions.Get(activation);
        RegisterComponents();
        ModuleTree.RenameChildren(this, ["dense", normName, "decoder"]);
    }

    /// <summary>The layer that computes the logits.</summary>
    internal Module<Tensor, Tensor> Decoder => _decoder;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Same shape as <paramref name="states"/>.</returns>
    public override Tensor forward(Tensor states)
    {
        using var scope = NewDisposeScope();
        return _norm.call(_activation(_dense.call(states))).MoveToOuterDisposeScope();
    }

    public void ResizeVocabulary(int vocabSize)
    {
        if (_bias is not { } previous) return;
        ConditionallyRegisterParameter("bias", _bias = VocabularyRows.Resize(previous, vocabSize));
        previous.Dispose();
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.zeros_(_bias!);
}
