namespace PeftSharp.Tuners;

/// <summary>The base class of configurations of methods that adapt layers.</summary>
public abstract record LayerConfig : PeftConfig
{
    /// <summary>
    /// The layers to adapt: name suffixes, a regular expression, or <c>"all-linear"</c>. Null: the modules with the method's default
    /// roles in the model's family.
    /// </summary>
    public TargetModules? TargetModules { get; init; }

    /// <summary>Layers that are not adapted even if <see cref="TargetModules"/> matches them. Null: none.</summary>
    public TargetModules? ExcludeModules { get; init; }

    /// <summary>Indices of the layers to adapt. Default null: all.</summary>
    protected internal virtual IReadOnlyList<int>? LayerNumbers => null;

    /// <summary>Names of the module lists that contain the layers, such as <c>h</c>. Default null: any list.</summary>
    protected internal virtual IReadOnlyList<string>? LayerLists => null;

    /// <summary>The biases of the base model that are trained. Default: none.</summary>
    protected internal virtual TrainedBiases TrainedBiases => TrainedBiases.None;

    /// <summary>
    /// Patterns for the paths of individual layers, with the name of the property that contains the pattern. Each pattern must match an
    /// adapted layer. Default: none.
    /// </summary>
    protected internal virtual IEnumerable<(string Field, string Pattern)> LayerPatterns => [];
}
