namespace PeftSharp.Tuners;

/// <summary>The base class of configurations of tuning methods that adapt layers.</summary>
public abstract record LayerConfig : PeftConfig
{
    /// <summary>
    /// The layers to adapt: name suffixes, a regular expression, or <c>"all-linear"</c>. Null: the modules that the tuning method adapts
    /// by default in this model family.
    /// </summary>
    public TargetModules? TargetModules { get; init; }

    /// <summary>Layers that are not adapted even if <see cref="TargetModules"/> matches them. Null: none.</summary>
    public TargetModules? ExcludeModules { get; init; }

    /// <summary>Zero-based indices of the transformer layers in which modules are adapted. Default null: all layers.</summary>
    protected internal virtual IReadOnlyList<int>? LayerNumbers => null;

    /// <summary>Names of the module lists that contain the transformer layers, such as <c>h</c>. Default null: any list.</summary>
    protected internal virtual IReadOnlyList<string>? LayerLists => null;

    /// <summary>The biases of the base model that are trained. Default: none.</summary>
    protected internal virtual TrainedBiases TrainedBiases => TrainedBiases.None;

    /// <summary>
    /// Regular expressions for the paths of individual layers, each with the name of the property that contains it. Each expression must
    /// match an adapted layer, unless <see cref="PeftConfig.IgnoreUnmatched"/> is set. Default: none.
    /// </summary>
    protected internal virtual IEnumerable<(string Field, string Pattern)> LayerPatterns => [];
}
