using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not the function of that name in TorchSharp
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Models.Bert;

/// <summary>The layers of the masked language model's head before the scores (transformers' <c>BertOnlyMLMHead</c>); the names below it are those of the checkpoint.</summary>
internal sealed class BertMaskedLMHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "predictions")] private readonly Predictions _predictions;

    internal BertMaskedLMHead(BertConfig config) : base(nameof(BertMaskedLMHead))
    {
        _predictions = new Predictions(config);
        RegisterComponents();
    }

    /// <summary>The layer that computes the scores; null where the word embeddings do.</summary>
    internal Module<Tensor, Tensor>? UntiedDecoder => _predictions.Untied;

    /// <summary>Bias of the scores, float [vocabulary]; null where the head's own layer has it.</summary>
    internal Parameter? TiedBias => _predictions.Bias;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>As <paramref name="states"/>.</returns>
    public override Tensor forward(Tensor states) => _predictions.call(states);

    private sealed class Predictions : Module<Tensor, Tensor>, IParameterInitializer, IVocabularySized
    {
        [ComponentName(Name = "transform")] private readonly Transform _transform;
        [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor>? _untied;
        [ComponentName(Name = "bias")] private Parameter? _bias;

        internal Predictions(BertConfig config) : base(nameof(Predictions))
        {
            _transform = new Transform(config);
            if (config.TieWordEmbeddings) _bias = new Parameter(empty(config.VocabSize));
            else _untied = new Linear(config.HiddenSize, config.VocabSize);
            RegisterComponents();
        }

        internal Module<Tensor, Tensor>? Untied => _untied;

        internal Parameter? Bias => _bias;

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

        internal Transform(BertConfig config) : base(nameof(Transform))
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
