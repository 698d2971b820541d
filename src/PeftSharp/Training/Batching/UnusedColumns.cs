namespace PeftSharp.Training.Batching;

/// <summary>What happens to the columns that the model does not read.</summary>
internal enum UnusedColumns
{
    /// <summary>They are left out.</summary>
    Remove,

    /// <summary>They are an error: nobody reads them.</summary>
    Refuse,

    /// <summary>The collator makes tensors of them, for a loss of the caller's own.</summary>
    Keep,

    /// <summary>A collator of the caller's own gets all columns under the names that they have.</summary>
    Raw,
}
