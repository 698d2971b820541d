using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// The head of a masked language model (transformers' <c>BertOnlyMLMHead</c>). Submodules have the names of the checkpoint.
/// </summary>
internal sealed class BertMaskedLMHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "predictions")] private readonly Predictions _predictions;

    /// <param name="config">The configuration.</param>
    /// <param name="body">The body, whose input embeddings a tied head uses.</param>
    /// <param name="width">Width of an embedding. Null: the width of the hidden states.</param>
    internal BertMaskedLMHead(EncoderConfig config, PretrainedModel body, int? width = null) : base("BertOnlyMLMHead")
    {
        _predictions = new Predictions(config, body, width ?? config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>The layer that computes the logits.</summary>
    internal Module<Tensor, Tensor> Decoder => _predictions.Decoder;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Float [batch, tokens, width].</returns>
    public override Tensor forward(Tensor states) => _predictions.call(states);

    private sealed class Predictions : Module<Tensor, Tensor>, IParameterInitializer, IResizableVocabulary
    {
        [ComponentName(Name = "transform")] private readonly Module<Tensor, Tensor> _transform;
        [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor> _decoder;
        [ComponentName(Name = "bias")] private Parameter? _bias;

        internal Predictions(EncoderConfig config, PretrainedModel body, int width) : base("BertLMPredictionHead")
        {
            _transform = new Transform(config, width);
            if (config.TieWordEmbeddings) _bias = new Parameter(empty(config.VocabSize));
            _decoder = config.TieWordEmbeddings
                ? new TiedLinear(() => ((IHasWeight)body.InputEmbeddings!).Weight, () => get_parameter("bias")!)
                : new Linear(width, config.VocabSize);
            RegisterComponents();
        }

        internal Module<Tensor, Tensor> Decoder => _decoder;

        public override Tensor forward(Tensor states) => _transform.call(states);

        public void ResizeVocabulary(int vocabSize)
        {
            if (_bias is not { } previous) return;
            ConditionallyRegisterParameter("bias", _bias = VocabularyRows.Resize(previous, vocabSize));
            previous.Dispose();
        }

        void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.zeros_(_bias!);
    }

    private sealed class Transform : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
        private readonly Func<Tensor, Tensor> _activation;

        internal Transform(EncoderConfig config, int width) : base("BertPredictionHeadTransform")
        {
            _dense = new Linear(config.HiddenSize, width);
            _norm = new LayerNorm(width, config.LayerNormEps);
            _activation = ActivationFunctions.Get(config.HiddenAct);
            RegisterComponents();
        }

        public override Tensor forward(Tensor states)
        {
            using var scope = NewDisposeScope();
            return _norm.call(_activation(_dense.call(states))).MoveToOuterDisposeScope();
        }
    }
}
