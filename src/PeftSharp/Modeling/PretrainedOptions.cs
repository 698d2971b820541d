using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>What <c>FromPretrained</c> may be told beside the folder: changes to the configuration, and how the weights are taken.</summary>
public sealed record PretrainedOptions
{
    /// <summary>Number of classes of the head. Null: what <c>config.json</c> says.</summary>
    public int? NumLabels { get; init; }

    /// <summary>Names of the classes; sets <see cref="NumLabels"/> too. Null: what <c>config.json</c> says.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary><c>regression</c>, <c>single_label_classification</c> or <c>multi_label_classification</c>. Null: what <c>config.json</c> says.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Type of the weights in memory. Default float32, whatever the file holds.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>Where the model is put. Null: left on the CPU (the trainer moves it).</summary>
    public Device? Device { get; init; }

    /// <summary>Whether a tensor of another shape is initialized anew and reported instead of refused. Default false.</summary>
    public bool IgnoreMismatchedSizes { get; init; }

    /// <summary>Seed of the random numbers for weights that the checkpoint lacks, such as those of a new head, so that every run starts from the same ones. The main random stream is left as it was. Null: drawn from the main stream, which <c>TrainerUtils.SetSeed</c> seeds.</summary>
    public long? Seed { get; init; }

    /// <summary>Told what was not in the checkpoint. Null: only <see cref="PretrainedModel.LoadReport"/> tells.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Told after each tensor how much is loaded. Null: nobody is.</summary>
    public IProgress<LoadProgress>? Progress { get; init; }

    /// <summary>The configuration with the changes that these options ask for.</summary>
    /// <exception cref="ArgumentException">Fewer than one class is asked for, names and number of the classes differ, or the weights are to be no real numbers.</exception>
    internal PretrainedConfig Apply(PretrainedConfig config)
    {
        if (Dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16 or ScalarType.Float16))
            throw new ArgumentException($"Dtype is {Dtype}, but weights are Float32, Float64, BFloat16 or Float16.");
        if (LabelNames is { } given && (given.Distinct(StringComparer.Ordinal).Count() != given.Count || (NumLabels ?? given.Count) != given.Count))
            throw new ArgumentException($"LabelNames names {string.Join(", ", given)}, but NumLabels is {NumLabels ?? given.Count}; give each class one name of its own.");
        if (LabelNames is { } names)
            config = config with
            {
                Id2Label = names.Select((name, id) => (name, id)).ToDictionary(pair => pair.id, pair => pair.name),
                Label2Id = names.Select((name, id) => (name, id)).ToDictionary(pair => pair.name, pair => pair.id),
            };
        if (NumLabels is { } count)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(NumLabels));
            if (count != config.NumLabels) config = config with { NumLabels = count };
        }
        return ProblemType is null ? config : config with { ProblemType = ProblemType };
    }
}
