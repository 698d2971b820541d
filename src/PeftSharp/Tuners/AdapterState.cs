namespace PeftSharp.Tuners;

/// <summary>Which adapters are at work: one of these is shared by the model and all its layers.</summary>
internal sealed class AdapterState
{
    /// <summary>Stands for no adapter in a batch with an adapter per row, as in peft.</summary>
    internal const string BaseName = "__base__";

    /// <summary>The adapters whose updates are added, in this order.</summary>
    internal IReadOnlyList<string> Active { get; set; } = [];

    /// <summary>The adapters that are merged into the base weights, in this order.</summary>
    internal IReadOnlyList<string> Merged { get; set; } = [];

    /// <summary>The adapter of each row of the batch; null where all rows have the active ones.</summary>
    internal IReadOnlyList<string>? Rows { get; set; }

    /// <summary>Whether updates are added at all.</summary>
    internal bool IsEnabled { get; set; } = true;

    /// <summary>Whether the base layers' outputs are not the whole answer.</summary>
    internal bool IsApplied => IsEnabled && Merged.Count == 0;
}
