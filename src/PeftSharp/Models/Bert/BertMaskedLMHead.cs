using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not the function of that name in TorchSharp

namespace PeftSharp.Models.Bert;

/// <summary>Scores every token of the vocabulary from the hidden states (transformers' <c>BertOnlyMLMHead</c>); the names below it are those of the checkpoint.</summary>
internal sealed class BertMaskedLMHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "predictions")] private readonly Predictions _predictions;

    /// <param name="config">The configuration.</param>
    /// <param name="table">Gives the word embeddings, float [vocabulary, hidden]: the head's weights where the configuration ties them.</param>
    internal BertMaskedLMHead(BertConfig config, Func<Tensor> table) : base(nameof(BertMaskedLMHead))
    {
        _predictions = new Predictions(config, table);
        RegisterComponents();
    }

    /// <summary>The layer that scores the tokens.</summary>
    internal Module<Tensor, Tensor> Decoder => _predictions.Decoder;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Float [batch, tokens, vocabulary].</returns>
    public override Tensor forward(Tensor states) => _predictions.call(states);

    private sealed class Predictions : Module<Tensor, Tensor>, IInitialized
    {
        [ComponentName(Name = "transform")] private readonly Transform _transform;
        [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor> _decoder;
        [ComponentName(Name = "bias")] private readonly TorchSharp.Modules.Parameter? _shift;

        internal Predictions(BertConfig config, Func<Tensor> table) : base(nameof(Predictions))
        {
            _transform = new Transform(config);
            if (config.TieWordEmbeddings) _shift = new TorchSharp.Modules.Parameter(empty(config.VocabSize));
            _decoder = config.TieWordEmbeddings ? new TiedLinear(table, () => get_parameter("bias")!) : new Linear(config.HiddenSize, config.VocabSize);
            RegisterComponents();
        }

        internal Module<Tensor, Tensor> Decoder => _decoder;

        public override Tensor forward(Tensor states)
        {
            using var scope = NewDisposeScope();
            return _decoder.call(_transform.call(states)).MoveToOuterDisposeScope();
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
