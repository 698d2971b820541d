using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The batch that a model is called with: tensors by their Python names (<c>input_ids</c>, <c>attention_mask</c>, <c>pixel_values</c>, …).</summary>
/// <remarks>
/// <para>Any name is possible; a model declares those that it reads in <see cref="PretrainedModel.Inputs"/>. The batch owns its tensors: disposing it disposes them.</para>
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

    /// <summary>The same tensors in a new object, so that one can be replaced without changing the original.</summary>
    public ModelInputs Copy() => new(_tensors);

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
