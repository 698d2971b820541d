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

    /// <summary>Told what was not in the checkpoint. Null: only <see cref="PretrainedModel.LoadReport"/> tells.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The configuration with the changes that these options ask for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class is asked for.</exception>
    internal PretrainedConfig Apply(PretrainedConfig config)
    {
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
