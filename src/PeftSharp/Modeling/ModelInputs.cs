using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The inputs of a model call: the tensors of a batch by their Python names (<c>input_ids</c>, <c>attention_mask</c>,
/// <c>pixel_values</c>, …).
/// </summary>
/// <remarks>
/// <para>
/// Any name is allowed; a model declares the names that it reads in <see cref="PretrainedModel.Inputs"/>. The batch owns its tensors:
/// disposing it disposes them.
/// </para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
public sealed class ModelInputs : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Creates an empty batch; set tensors with the properties or the indexer.</summary>
    public ModelInputs() { }

    /// <summary>Creates a batch of the given tensors.</summary>
    /// <param name="tensors">The tensors by their Python names. The batch owns them.</param>
    public ModelInputs(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var (name, tensor) in tensors) this[name] = tensor;
    }

    /// <summary>Token ids, int64 [batch, tokens] ([batch, choices, tokens] for multiple choice).</summary>
    public Tensor? InputIds { get => this["input_ids"]; set => this["input_ids"] = value; }

    /// <summary>
    /// 1 for tokens that are attended to, 0 for padding; int64, same shape as <see cref="InputIds"/>. With a key-value cache, the mask also
    /// includes the cached tokens. Null: all tokens are attended to.
    /// </summary>
    public Tensor? AttentionMask { get => this["attention_mask"]; set => this["attention_mask"] = value; }

    /// <summary>0 for the first text of a pair and 1 for the second; int64, same shape as <see cref="InputIds"/>. Null: all 0.</summary>
    public Tensor? TokenTypeIds { get => this["token_type_ids"]; set => this["token_type_ids"] = value; }

    /// <summary>
    /// Position of each token, int64 [batch or 1, tokens]. Null: the model numbers the tokens; most models start at 0 or, with a key-value
    /// cache, after the cached tokens.
    /// </summary>
    public Tensor? PositionIds { get => this["position_ids"]; set => this["position_ids"] = value; }

    /// <summary>Embeddings in place of <see cref="InputIds"/>, float [batch, tokens, hidden].</summary>
    public Tensor? InputsEmbeds { get => this["inputs_embeds"]; set => this["inputs_embeds"] = value; }

    /// <summary>Images, float [batch, channels, height, width], as the image processor of the model returns them.</summary>
    public Tensor? PixelValues { get => this["pixel_values"]; set => this["pixel_values"] = value; }

    /// <summary>The expected outputs; a class or token id of -100 is ignored. Shape and type depend on the head.</summary>
    public Tensor? Labels { get => this["labels"]; set => this["labels"] = value; }

    /// <summary>Index of the first token of the answer, int64 [batch] (question answering).</summary>
    public Tensor? StartPositions { get => this["start_positions"]; set => this["start_positions"] = value; }

    /// <summary>Index of the last token of the answer, int64 [batch] (question answering).</summary>
    public Tensor? EndPositions { get => this["end_positions"]; set => this["end_positions"] = value; }

    /// <summary>
    /// The tensor with the given Python name; null if it is not set. Setting null removes the tensor without disposing it.
    /// </summary>
    public Tensor? this[string name]
    {
        get => _tensors.GetValueOrDefault(name);
        set
        {
            if (value is null) _tensors.Remove(name);
            else _tensors[name] = value;
        }
    }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Number of rows of the batch.</summary>
    /// <exception cref="ArgumentException">The batch contains no tensor.</exception>
    public long BatchSize => _tensors.Count > 0 ? (InputIds ?? InputsEmbeds ?? _tensors.Values.First()).shape[0]
        : throw new ArgumentException("The batch contains no tensor. Set at least the main input of the model, such as InputIds.");

    /// <summary>
    /// Creates a batch with the same tensors. Replacing a tensor in the new batch does not change this batch. Dispose only one of the two
    /// batches.
    /// </summary>
    public ModelInputs ShallowCopy() => new(_tensors);

    /// <summary>Returns a batch that shares the tensors of this one except those with the given names.</summary>
    internal ModelInputs Without(IEnumerable<string> names)
    {
        var copy = ShallowCopy();
        foreach (var name in names) copy[name] = null;
        return copy;
    }

    /// <summary>
    /// Copies the batch to <paramref name="device"/>. Returns a new batch with new tensors, which the caller disposes; this batch is not
    /// disposed. If all tensors are already on this device, returns this instance.
    /// </summary>
    public ModelInputs To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (_tensors.Values.All(IsThere)) return this;
        var moved = ShallowCopy();
        foreach (var (name, tensor) in _tensors)
            moved[name] = device.type == DeviceType.CUDA && tensor.device_type == DeviceType.CPU
                ? ToGpu(tensor, device)
                : tensor.to(device, copy: true);
        return moved;

        bool IsThere(Tensor tensor) => tensor.device_type == device.type
            && (device.type == DeviceType.CPU || device.index < 0 || tensor.device_index == device.index);

        // The copy from pinned memory is asynchronous; libtorch keeps that memory until the copy is complete.
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
