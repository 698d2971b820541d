namespace PeftSharp.Optimization;

/// <summary>A group of parameters with common settings.</summary>
public sealed record ParameterGroup
{
    /// <summary>Creates a group of parameters.</summary>
    /// <param name="parameters">The parameters, in the order of the model.</param>
    /// <exception cref="ArgumentNullException"><paramref name="parameters"/> is null.</exception>
    public ParameterGroup(IEnumerable<NamedParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = [.. parameters];
    }

    /// <summary>The parameters, in the order of the model.</summary>
    public IReadOnlyList<NamedParameter> Parameters { get; }

    /// <summary>The weight decay coefficient. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>
    /// The factor by which the learning rate is multiplied for this group. Default 1. In LoRA+, the B matrices have a larger factor than
    /// the A matrices.
    /// </summary>
    public double LearningRateScale { get; init; } = 1;
}
