using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Models.Bert;

/// <summary>
/// The head of the masked language model (transformers' <c>BertOnlyMLMHead</c>). Submodules have the names of the checkpoint.
/// </summary>
internal sealed class BertMaskedLMHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "predictions")] private readonly Predictions _predictions;

    internal BertMaskedLMHead(BertConfig config, BertModel body) : base("BertOnlyMLMHead")
    {
        _predictions = new Predictions(config, body);
        RegisterComponents();
    }

    /// <summary>The layer that computes the logits.</summary>
    internal Module<Tensor, Tensor> Decoder => _predictions.Decoder;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Same shape as <paramref name="states"/>.</returns>
    public override Tensor forward(Tensor states) => _predictions.call(states);

    private sealed class Predictions : Module<Tensor, Tensor>, IParameterInitializer, IVocabularySized
    {
        [ComponentName(Name = "transform")] private readonly Module<Tensor, Tensor> _transform;
        [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor> _decoder;
        [ComponentName(Name = "bias")] private Parameter? _bias;

        internal Predictions(BertConfig config, BertModel body) : base("BertLMPredictionHead")
        {
            _transform = new Transform(config);
            if (config.TieWordEmbeddings) _bias = new Parameter(empty(config.VocabSize));
            _decoder = config.TieWordEmbeddings
                ? new TiedLinear(() => ((IHasWeight)body.InputEmbeddings).Weight, () => get_parameter("bias")!)
                : new Linear(config.HiddenSize, config.VocabSize);
            RegisterComponents();
        }

        internal Module<Tensor, Tensor> Decoder => _decoder;

        public override Tensor forward(Tensor states) => _transform.call(states);

        public void ResizeVocabulary(int vocabSize)
        {
            if (_bias is not null) ConditionallyRegisterParameter("bias", _bias = VocabularyRows.Resized(_bias, vocabSize));
        }

        void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.zeros_(_bias!);
    }

    private sealed class Transform : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
        private readonly Func<Tensor, Tensor> _activation;

        internal Transform(BertConfig config) : base("BertPredictionHeadTransform")
        {
            _dense = new Linear(config.HiddenSize, config.HiddenSize);
            _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
            _activation = ActivationFunctions.ByName(config.HiddenAct);
            RegisterComponents();
        }

        public override Tensor forward(Tensor states)
        {
            using var scope = NewDisposeScope();
            return _norm.call(_activation(_dense.call(states))).MoveToOuterDisposeScope();
        }
    }
}
