using Microsoft.Extensions.Logging;
using PeftSharp.Hub;
using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// Options of <c>FromPretrained</c> and <c>FromConfig</c>: changes to the configuration; data type, device and initialization of the
/// weights; and how the files are downloaded and read.
/// </summary>
public sealed record PretrainedOptions
{
    /// <summary>
    /// Number of classes of the head. Null: the number of names in <see cref="LabelNames"/> or, if that is null too, the value in the
    /// configuration.
    /// </summary>
    public int? NumLabels { get; init; }

    /// <summary>
    /// Names of the classes, in the order of the class ids. The number of names is the number of classes. Null: the names in the
    /// configuration.
    /// </summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>
    /// The type of prediction of a classifier of texts or images. Null: the value in the configuration. If the configuration
    /// has no value, the number of classes and the data type of the labels in the first labeled batch determine the type.
    /// </summary>
    public ProblemType? ProblemType { get; init; }

    /// <summary>
    /// The id of the padding token. For example, a decoder that classifies texts finds the last token of each row by this id. Null: the
    /// value in the configuration.
    /// </summary>
    public int? PadTokenId { get; init; }

    /// <summary>Data type of the weights in memory. Default float32, regardless of the type in the file.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>Device of the model. Null: the CPU (the trainer moves the model).</summary>
    public Device? Device { get; init; }

    /// <summary>
    /// Whether a parameter whose shape differs from the checkpoint is initialized and reported. Default false: such a parameter causes an
    /// exception.
    /// </summary>
    public bool IgnoreMismatchedSizes { get; init; }

    /// <summary>
    /// Random seed, at least 0, for weights that the checkpoint does not contain, such as those of a new head, so that every run starts
    /// with the same weights. libtorch's default random number generator is not advanced. Null: the weights are drawn from that generator,
    /// which <c>Seed.Set</c> seeds.
    /// </summary>
    public long? Seed { get; init; }

    /// <summary>
    /// Logger for a warning if the checkpoint and the model do not match exactly. Null: no warning is logged;
    /// <see cref="PretrainedModel.LoadReport"/> contains the differences.
    /// </summary>
    public ILogger? Logger { get; init; }

    /// <summary>Branch, tag or commit of a model that is loaded by its name. Null: <c>main</c>. A folder has no revisions.</summary>
    public string? Revision { get; init; }

    /// <summary>Token, cache and network of a model that is loaded by its name. Null: the environment variables and the defaults.</summary>
    public HubOptions? Hub { get; init; }

    /// <summary>
    /// Whether weights are read from a pickle file (<c>pytorch_model.bin</c> or its index, <c>adapter_model.bin</c>) if there is no
    /// safetensors file, and whether such a file is downloaded. Default false.
    /// </summary>
    /// <remarks>
    /// In Python, a pickle file can run any code. Here, tensors and plain data are read and anything else is rejected
    /// (<see cref="Serialization.PyTorchFile"/>). If a folder contains both formats, the safetensors file is read.
    /// </remarks>
    public bool AllowPickle { get; init; }

    /// <summary>Receives the progress after each tensor. Null: progress is not reported.</summary>
    public IProgress<LoadProgress>? Progress { get; init; }

    /// <summary>Applies these options to a configuration.</summary>
    /// <exception cref="ArgumentException">
    /// The number of classes is less than 1, names and number of classes differ, the data type is not a supported floating-point type, or
    /// there is no such GPU.
    /// </exception>
    internal PretrainedConfig Apply(PretrainedConfig config)
    {
        if (Dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16 or ScalarType.Float16))
            throw new ArgumentException($"Dtype is {Dtype}, but weights must be Float32, Float64, BFloat16 or Float16.");
        CheckDevice();
        if (LabelNames is { Count: 0 })
            throw new ArgumentException("LabelNames is empty. Provide one name per class, or null for the names in config.json.");
        if (LabelNames is { } given
            && (given.Distinct(StringComparer.Ordinal).Count() != given.Count || (NumLabels ?? given.Count) != given.Count))
            throw new ArgumentException((NumLabels ?? given.Count) == given.Count
                ? $"LabelNames contains a name more than once: {string.Join(", ", given)}. Provide one distinct name per class."
                : $"LabelNames contains {Quantity.Of(given.Count, "name")}, but NumLabels is {NumLabels}. "
                    + "Provide one distinct name per class.");
        if (LabelNames is { } names) config = config.WithLabelNames(names);
        if (NumLabels is { } count)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(NumLabels));
            if (count != config.NumLabels) config = config with { NumLabels = count };
        }
        return config with { ProblemType = ProblemType ?? config.ProblemType, PadTokenId = PadTokenId ?? config.PadTokenId };
    }

    private void CheckDevice()
    {
        if (Device is not { type: TorchSharp.DeviceType.CUDA } device) return;
        if (!cuda.is_available())
            throw new ArgumentException($"Device is {device}, but libtorch finds no NVIDIA GPU. Reference the native backend for CUDA "
                + "(TorchSharp-cuda-linux or TorchSharp-cuda-windows) instead of the one for the CPU, and check the driver with "
                + "nvidia-smi, or omit Device to use the CPU.");
        if (device.index >= cuda.device_count())
            throw new ArgumentException($"Device is {device}, but there {(cuda.device_count() == 1 ? "is" : "are")} "
                + $"{Quantity.Of(cuda.device_count(), "GPU")}, numbered from 0.");
    }
}
