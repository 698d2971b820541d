using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not the function of that name in TorchSharp

namespace PeftSharp.Models.Bert;

/// <summary>Hidden states to scores of every token (transformers' <c>BertOnlyMLMHead</c>); the names below it are those of the checkpoint.</summary>
internal sealed class BertMaskedLMHead : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "predictions")] private readonly Predictions _predictions;

    internal BertMaskedLMHead(BertConfig config) : base(nameof(BertMaskedLMHead))
    {
        _predictions = new Predictions(config);
        RegisterComponents();
    }

    /// <summary>The layer that scores the tokens; null where the word embeddings do.</summary>
    internal Module<Tensor, Tensor>? UntiedDecoder => _predictions.Untied;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <param name="table">The word embeddings, float [vocabulary, hidden]: the head's weights unless the configuration unties them.</param>
    /// <returns>Float [batch, tokens, vocabulary].</returns>
    public override Tensor forward(Tensor states, Tensor table) => _predictions.call(states, table);

    private sealed class Predictions : Module<Tensor, Tensor, Tensor>, IInitialized
    {
        [ComponentName(Name = "transform")] private readonly Transform _transform;
        [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor>? _untied;
        [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter? _shift;

        internal Module<Tensor, Tensor>? Untied => _untied;

        internal Predictions(BertConfig config) : base(nameof(Predictions))
        {
            _transform = new Transform(config);
            if (config.TieWordEmbeddings) _shift = new TorchSharp.Modules.Parameter(empty(config.VocabSize));
            else _untied = new Linear(config.HiddenSize, config.VocabSize);
            RegisterComponents();
        }

        public override Tensor forward(Tensor states, Tensor table)
        {
            using var scope = NewDisposeScope();
            var transformed = _transform.call(states);
            return (_untied is null ? Linear.Product(ComputePrecision.Of(transformed), ComputePrecision.OfWeight(table), ComputePrecision.OfBias(_shift)) : _untied.call(transformed)).MoveToOuterDisposeScope();
        }

        void IInitialized.Initialize(string parameter, double standardDeviation) => init.zeros_(_shift!);
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
