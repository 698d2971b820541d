namespace PeftSharp.Training.Batching;

/// <summary>The handling of columns that the model does not read.</summary>
internal enum UnusedColumns
{
    /// <summary>The columns are removed.</summary>
    Remove,

    /// <summary>The columns are rejected, because neither the collator nor the loss uses them.</summary>
    Reject,

    /// <summary>The columns are kept: the collator converts them to tensors, for a custom loss.</summary>
    Keep,

    /// <summary>A custom collator gets all columns under their original names.</summary>
    Raw,
}
