namespace PeftSharp.Tuners;

/// <summary>The configuration of a method that wraps layers of the model: which layers, and what is trained beside them.</summary>
public abstract record LayerConfig : PeftConfig
{
    /// <summary>The layers to adapt: ends of names, a regular expression, or <c>"all-linear"</c>. Null: what is usual for the model's family.</summary>
    public TargetModules? TargetModules { get; init; }

    /// <summary>Layers that are left out although <see cref="TargetModules"/> means them.</summary>
    public TargetModules? ExcludeModules { get; init; }

    /// <summary>Ends of the names of modules that are trained whole, as a copy, and saved with the adapter. A task adds its head.</summary>
    public IReadOnlyList<string>? ModulesToSave { get; init; }

    /// <summary>Whether names that match nothing are passed over instead of refused. Default false. Not part of the file.</summary>
    public bool IgnoreUnmatched { get; init; }

    /// <summary>Numbers of the layers to adapt; null: all.</summary>
    internal virtual IReadOnlyList<int>? LayerNumbers => null;

    /// <summary>Names of the list that holds the layers, such as <c>h</c>; null: any.</summary>
    internal virtual IReadOnlyList<string>? LayerLists => null;

    /// <summary>Which bias vectors of the base model are trained.</summary>
    internal virtual BiasMode TrainedBias => BiasMode.None;

    /// <summary>Rows of embeddings that are trained.</summary>
    internal virtual TokenIndices? TrainedTokens => null;

    /// <summary>Patterns of single layers, by the field they stand in; each must match an adapted layer.</summary>
    internal virtual IEnumerable<(string Field, string Pattern)> LayerPatterns => [];

    /// <summary>Whether the adapter's start changes the base weights.</summary>
    internal virtual bool ChangesBase => false;

    /// <summary>The same configuration once it is known which kind of layer it met.</summary>
    internal virtual LayerConfig ForLayers(bool? weightsAreTransposed) => this;
}
