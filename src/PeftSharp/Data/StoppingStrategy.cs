namespace PeftSharp.Data;

/// <summary>When <c>Datasets.InterleaveDatasets</c> stops (<c>stopping_strategy</c>).</summary>
public enum StoppingStrategy
{
    /// <summary>As soon as one of the datasets has no more rows (<c>first_exhausted</c>).</summary>
    FirstExhausted,

    /// <summary>When each row was used at least once; exhausted datasets are restarted (<c>all_exhausted</c>).</summary>
    AllExhausted,

    /// <summary>When each row was used exactly once (<c>all_exhausted_without_replacement</c>).</summary>
    AllExhaustedWithoutReplacement,
}
