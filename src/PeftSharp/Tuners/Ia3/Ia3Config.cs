using PeftSharp.Tuners.Ia3;

namespace PeftSharp.Tuners;

/// <summary>
/// Configuration of IA³, which trains vectors that scale keys, values and the intermediate activations of feed-forward layers (Liu et al.
/// 2022, arXiv:2205.05638).
/// </summary>
/// <remarks>peft's <c>IA3Config</c>.</remarks>
public sealed record Ia3Config : LayerConfig
{
    /// <inheritdoc/>
    public override string PeftType => "IA3";

    /// <summary>
    /// The target layers whose input is scaled instead of their output: name suffixes or a regular expression for whole paths. Null: the
    /// target layers that are the output projections of feed-forward layers.
    /// </summary>
    public TargetModules? FeedforwardModules { get; init; }

    /// <summary>
    /// Whether the target layers store their weights as [inputs, outputs]. Detected from the layers when the adapter is added; a value that
    /// you set is replaced. Default false.
    /// </summary>
    public bool FanInFanOut { get; init; }

    /// <summary>
    /// Whether the vectors are initialized to 1, so that the adapted model initially equals the base model. False: drawn from a normal
    /// distribution (for tests). Default true.
    /// </summary>
    public bool InitIa3Weights { get; init; } = true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><see cref="FeedforwardModules"/> is <c>all-linear</c>.</exception>
    public override void Validate()
    {
        if (FeedforwardModules is { IsAllLinear: true })
            throw new ArgumentException("FeedforwardModules is 'all-linear', which is supported only for TargetModules. "
                + "Specify the layers whose input is scaled.");
    }

    /// <inheritdoc/>
    protected internal override Tuner CreateTuner() => new Ia3Tuner();
}
