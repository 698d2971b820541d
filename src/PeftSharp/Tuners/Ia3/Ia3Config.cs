using PeftSharp.Tuners.Ia3;

namespace PeftSharp.Tuners;

/// <summary>IA³: trains a vector that scales keys, values and the inside of feed-forward layers (Liu et al. 2022, arXiv:2205.05638).</summary>
/// <remarks>peft's <c>IA3Config</c>.</remarks>
public sealed record Ia3Config : LayerConfig
{
    /// <inheritdoc/>
    public override string PeftType => "IA3";

    /// <summary>The target layers whose input is scaled instead of their output: ends of names or a regular expression for whole paths. Null: the output layers of feed-forward layers in the model's family.</summary>
    public TargetModules? FeedforwardModules { get; init; }

    /// <summary>Whether the targets store their weights as [inputs, outputs]. Detected from the layers, whatever is set here; written as found. Default false.</summary>
    public bool FanInFanOut { get; init; }

    /// <summary>Whether the vectors start at 1, so that the adapted model starts as the base model. False: normal random numbers (for tests). Default true.</summary>
    public bool InitIa3Weights { get; init; } = true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The feed-forward layers are <c>all-linear</c>.</exception>
    public override void Validate()
    {
        if (FeedforwardModules is { IsAllLinear: true })
            throw new ArgumentException("FeedforwardModules is 'all-linear', which only TargetModules can be. Name the layers whose input is scaled.");
    }

    /// <inheritdoc/>
    protected internal override Tuner CreateTuner() => new Ia3Tuner();
}
