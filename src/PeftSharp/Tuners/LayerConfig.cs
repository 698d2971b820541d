namespace PeftSharp.Tuners;

/// <summary>The configuration of a method that changes layers of the model.</summary>
public abstract record LayerConfig : PeftConfig
{
    /// <summary>The layers to adapt: ends of names, a regular expression, or <c>"all-linear"</c>. Null: the modules of the method's default roles in the model's family.</summary>
    public TargetModules? TargetModules { get; init; }

    /// <summary>Layers that are left out although <see cref="TargetModules"/> matches them.</summary>
    public TargetModules? ExcludeModules { get; init; }

    /// <summary>Numbers of the layers to adapt; null: all. Default null.</summary>
    protected internal virtual IReadOnlyList<int>? LayerNumbers => null;

    /// <summary>Names of the list that holds the layers, such as <c>h</c>; null: any. Default null.</summary>
    protected internal virtual IReadOnlyList<string>? LayerLists => null;

    /// <summary>Which biases of the base model are trained. Default none.</summary>
    protected internal virtual TrainedBiases TrainedBiases => TrainedBiases.None;

    /// <summary>Patterns for the paths of single layers, with the field that holds each; each must match an adapted layer. Default: none.</summary>
    protected internal virtual IEnumerable<(string Field, string Pattern)> LayerPatterns => [];
}
