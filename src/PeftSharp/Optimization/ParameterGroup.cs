namespace PeftSharp.Optimization;

/// <summary>Parameters that are trained alike.</summary>
public sealed record ParameterGroup
{
    /// <summary>A group of parameters.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="parameters"/> is null.</exception>
    public ParameterGroup(IEnumerable<NamedParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = [.. parameters];
    }

    /// <summary>The parameters, in the order of the model.</summary>
    public IReadOnlyList<NamedParameter> Parameters { get; }

    /// <summary>How strongly weights are drawn to 0; default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>What the learning rate of a step is multiplied by for this group; default 1. LoRA+ trains B faster than A this way.</summary>
    public double LearningRateScale { get; init; } = 1;
}
