namespace PeftSharp.Data;

/// <summary>The files of each split of a dataset, and how they are read.</summary>
/// <param name="Splits">The files of each split, as the source names them.</param>
/// <param name="Options">
/// The caller's options, completed by the format of the files and by the options and column types of the card.
/// </param>
internal sealed record DataFilePlan(OrderedDictionary<string, IReadOnlyList<string>> Splits, DatasetLoadOptions Options)
{
    /// <summary>The names of all configurations.</summary>
    internal IReadOnlyList<string> Configurations { get; init; } = [];

    /// <summary>For each split of which the Hub has converted only a part: the pattern of the files of this part.</summary>
    internal IReadOnlyDictionary<string, string> Partial { get; init; } = new Dictionary<string, string>();
}
