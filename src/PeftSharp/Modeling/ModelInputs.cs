using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>What a model is called with: tensors by their Python names (<c>input_ids</c>, <c>attention_mask</c>, …) and what the caller wants back.</summary>
/// <remarks>
/// <para>A batch of the trainer is one of these. It owns its tensors: disposing it disposes them.</para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
public sealed class ModelInputs : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Nothing yet; set the properties or the indexer.</summary>
    public ModelInputs() { }

    /// <summary>Tensors by their Python names.</summary>
    public ModelInputs(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var (name, tensor) in tensors) this[name] = tensor;
    }

    /// <summary>Token ids, int64 [batch, tokens] ([batch, choices, tokens] for multiple choice).</summary>
    public Tensor? InputIds { get => this["input_ids"]; set => this["input_ids"] = value; }

    /// <summary>1 where a token is read, 0 where it is padding; int64, shaped as <see cref="InputIds"/>. Absent: all are read.</summary>
    public Tensor? AttentionMask { get => this["attention_mask"]; set => this["attention_mask"] = value; }

    /// <summary>0 for the first text of a pair and 1 for the second; int64, shaped as <see cref="InputIds"/>. Absent: all 0.</summary>
    public Tensor? TokenTypeIds { get => this["token_type_ids"]; set => this["token_type_ids"] = value; }

    /// <summary>Position of each token, int64 [batch or 1, tokens]. Absent: 0, 1, 2, …</summary>
    public Tensor? PositionIds { get => this["position_ids"]; set => this["position_ids"] = value; }

    /// <summary>Embeddings in place of <see cref="InputIds"/>, float [batch, tokens, hidden].</summary>
    public Tensor? InputsEmbeds { get => this["inputs_embeds"]; set => this["inputs_embeds"] = value; }

    /// <summary>What the model should have said; -100 is not counted. Its shape and type are the head's.</summary>
    public Tensor? Labels { get => this["labels"]; set => this["labels"] = value; }

    /// <summary>First token of the answer, int64 [batch] (question answering).</summary>
    public Tensor? StartPositions { get => this["start_positions"]; set => this["start_positions"] = value; }

    /// <summary>Last token of the answer, int64 [batch] (question answering).</summary>
    public Tensor? EndPositions { get => this["end_positions"]; set => this["end_positions"] = value; }

    /// <summary>Whether every layer's hidden states are wanted. Default false.</summary>
    public bool OutputHiddenStates { get; set; }

    /// <summary>Divisor of the summed loss: the number of targets of all micro-batches of an optimizer step (<see cref="PretrainedModel.CountTargets"/>). Null: the loss is the mean over this batch. The trainer sets it for models whose <see cref="PretrainedModel.AcceptsLossKwargs"/> is true.</summary>
    public double? NumItemsInBatch { get; set; }

    /// <summary>Keys and values of the tokens before these: read, and these tokens' own are added. An empty one is filled. Null: there are none before and none are kept.</summary>
    /// <remarks>The caller's, as all of these inputs; disposing the inputs does not dispose it, since it lives through many calls.</remarks>
    public KeyValueCache? PastKeyValues { get; set; }

    /// <summary>How many of the last tokens a language model scores: generation needs one. Default 0: all.</summary>
    public int LogitsToKeep { get; set; }

    /// <summary>Whether the loss alone is wanted: a head with a large vocabulary then does without the scores as a whole, and <see cref="ModelOutput.Logits"/> is null. The trainer asks for it. Default false.</summary>
    public bool LossOnly { get; set; }

    /// <summary>The adapters of this call, for a model with adapters: one name for all rows of the batch, or a name for each row; <c>__base__</c> is the base model. Null: those of the current scope or of <c>SetAdapter</c>.</summary>
    public IReadOnlyList<string>? AdapterNames { get; set; }

    /// <summary>How many rows of the batch follow each other for one adapter name of a scope or of <see cref="AdapterNames"/>: more than 1 with beams or several returned sequences.</summary>
    internal int RowsPerAdapterName { get; set; } = 1;

    /// <summary>Whether a head reads only the first token of the last layer, which may then be the only one that is made.</summary>
    internal bool FirstTokenOnly { get; set; }

    /// <summary>A tensor by its Python name; null where it was not given. Setting null takes it away (and does not dispose it).</summary>
    public Tensor? this[string name]
    {
        get => _tensors.GetValueOrDefault(name);
        set
        {
            if (value is null) _tensors.Remove(name);
            else _tensors[name] = value;
        }
    }

    /// <summary>The tensors that were given, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Rows of the batch.</summary>
    /// <exception cref="ArgumentException">Neither ids nor embeddings were given.</exception>
    public long BatchSize => _tensors.Count > 0 ? (InputIds ?? InputsEmbeds ?? _tensors.Values.First()).shape[0]
        : throw new ArgumentException("These inputs hold no tensor; give at least input_ids.");

    /// <summary>The same tensors and wishes in a new object, so that one can be replaced without touching the original.</summary>
    public ModelInputs Copy() => new(_tensors)
    {
        OutputHiddenStates = OutputHiddenStates,
        NumItemsInBatch = NumItemsInBatch,
        PastKeyValues = PastKeyValues,
        LogitsToKeep = LogitsToKeep,
        LossOnly = LossOnly,
        AdapterNames = AdapterNames,
        RowsPerAdapterName = RowsPerAdapterName,
        FirstTokenOnly = FirstTokenOnly,
    };

    /// <summary>These inputs on <paramref name="device"/>; itself where they are there already, otherwise a new object with tensors of its own.</summary>
    public ModelInputs To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (_tensors.Values.All(tensor => tensor.device_type == device.type)) return this;
        var moved = Copy();
        foreach (var (name, tensor) in _tensors) moved[name] = device.type == DeviceType.CUDA && tensor.device_type == DeviceType.CPU ? ToGpu(tensor, device) : tensor.to(device, copy: true);
        return moved;

        // From memory that stays in its place the GPU fetches by itself, while the program goes on; libtorch keeps that memory until it has.
        static Tensor ToGpu(Tensor tensor, Device device)
        {
            using var pinned = tensor.pin_memory();
            return pinned.to(device, copy: true, non_blocking: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
        _tensors.Clear();
    }
}
