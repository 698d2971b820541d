using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// The head of the masked language model in published checkpoints (transformers' <c>DebertaV2OnlyMLMHead</c>). Its logits always use the
/// weight of the embeddings.
/// </summary>
internal sealed class DebertaV2MaskedLMHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "lm_head")] private readonly Predictions _predictions;

    internal DebertaV2MaskedLMHead(DebertaV2Config config, DebertaV2Model body) : base("DebertaV2OnlyMLMHead")
    {
        _predictions = new Predictions(config, body);
        RegisterComponents();
    }

    /// <summary>The layer that computes the logits.</summary>
    internal Module<Tensor, Tensor> Decoder => _predictions.Decoder;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Same shape as <paramref name="states"/>.</returns>
    public override Tensor forward(Tensor states) => _predictions.call(states);

    private sealed class Predictions : Module<Tensor, Tensor>, IParameterInitializer, IResizableVocabulary
    {
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
        [ComponentName(Name = "bias")] private TorchSharp.Modules.Parameter _bias;
        [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor> _decoder;
        private readonly Func<Tensor, Tensor> _activation;

        internal Predictions(DebertaV2Config config, DebertaV2Model body) : base("DebertaV2LMPredictionHead")
        {
            _dense = new Linear(config.HiddenSize, config.HiddenSize);
            _norm = new LayerNorm(config.HiddenSize, config.LayerNormEps);
            _bias = new TorchSharp.Modules.Parameter(empty(config.VocabSize));
            _decoder = new TiedLinear(() => ((IHasWeight)body.InputEmbeddings).Weight, () => get_parameter("bias")!);
            _activation = ActivationFunctions.Get(config.HiddenAct);
            RegisterComponents();
        }

        internal Module<Tensor, Tensor> Decoder => _decoder;

        public override Tensor forward(Tensor states)
        {
            using var scope = NewDisposeScope();
            return _norm.call(_activation(_dense.call(states))).MoveToOuterDisposeScope();
        }

        public void ResizeVocabulary(int vocabSize) =>
            ConditionallyRegisterParameter("bias", _bias = VocabularyRows.Resize(_bias, vocabSize));

        void IParameterInitializer.Initialize(string parameter, double standardDeviation) => init.zeros_(_bias);
    }
}
