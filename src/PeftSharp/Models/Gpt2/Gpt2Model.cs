using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>The decoder without a head (Radford et al. 2019; transformers' <c>GPT2Model</c>).</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</remarks>
public sealed class Gpt2Model : Gpt2PretrainedModel
{
    [ComponentName(Name = "wte")] private readonly Module<Tensor, Tensor> _words;
    [ComponentName(Name = "wpe")] private readonly Module<Tensor, Tensor> _positions;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "h")] private readonly TorchSharp.Modules.ModuleList<Gpt2Block> _blocks;
    [ComponentName(Name = "ln_f")] private readonly Module<Tensor, Tensor> _norm;
    private readonly Gpt2Config _config;

    /// <summary>A model whose weights are not set yet; see <see cref="FromPretrained"/> and <c>AutoModel.FromConfig</c>.</summary>
    internal Gpt2Model(Gpt2Config config) : base("GPT2Model", config)
    {
        _config = config;
        _words = new Embedding(config.VocabSize, config.NEmbd);
        _positions = new Embedding(config.NPositions, config.NEmbd);
        _dropout = new Dropout(config.EmbdPdrop);
        _blocks = new TorchSharp.Modules.ModuleList<Gpt2Block>([.. Enumerable.Range(0, config.NLayer).Select(layer => new Gpt2Block(config, layer))]);
        _norm = new LayerNorm(config.NEmbd, config.LayerNormEpsilon);
        RegisterComponents();
    }

    /// <summary>The model in a folder of transformers; a head in it is left out.</summary>
    /// <exception cref="CheckpointException">The folder holds no GPT-2.</exception>
    public static Gpt2Model FromPretrained(string folder, PretrainedOptions? options = null) => Load(folder, config => new Gpt2Model(config), options);

    /// <inheritdoc/>
    public override IReadOnlyList<string> LabelNames => [];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _words;

    /// <summary>The word embeddings, float [vocabulary, hidden], for a head that is tied to them.</summary>
    internal Tensor WordTable => ((IWeighted)_words).Weight;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs) => 0;

    /// <param name="inputs">At least <c>input_ids</c> or <c>inputs_embeds</c>; with a past, only the tokens after it, but the mask of all.</param>
    /// <returns><c>last_hidden_state</c> and, where asked for, every layer's states (the last of them normalized).</returns>
    /// <exception cref="ArgumentException">Both or neither of ids and embeddings are given, or there are more tokens than positions.</exception>
    public override ModelOutput forward(ModelInputs inputs)
    {
        if (inputs.InputIds is null == inputs.InputsEmbeds is null) throw new ArgumentException("Give input_ids or inputs_embeds, one of the two.");
        CheckInputs(inputs);
        using var scope = NewDisposeScope();
        var cache = inputs.PastKeyValues;
        var past = cache?.Length ?? 0;
        var embedded = Embed(inputs, past);
        var mask = AttentionMask.Causal(inputs.AttentionMask, embedded, past, cache is null ? inputs.PositionIds : null);
        var states = new List<Tensor> { _dropout.call(embedded) };
        foreach (var block in _blocks) states.Add(block.call(states[^1], mask, cache));
        states[^1] = _norm.call(states[^1]);
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            HiddenStates = inputs.OutputHiddenStates ? states : [],
        }.MoveToOuterDisposeScope();
    }

    /// <summary>Word, position and, where given, token type (a word of the same table), added.</summary>
    private Tensor Embed(ModelInputs inputs, long past)
    {
        var words = inputs.InputsEmbeds ?? _words.call(inputs.InputIds!);
        var all = past + words.shape[1];
        InputCheck.Length(all, _config.NPositions);
        var embedded = words + _positions.call(inputs.PositionIds ?? arange(past, all, ScalarType.Int64, words.device).unsqueeze(0));
        return inputs.TokenTypeIds is { } types ? embedded + _words.call(types) : embedded;
    }
}
