namespace PeftSharp.Training;

/// <summary>The order in which training rows are seen.</summary>
public enum SamplingStrategy
{
    /// <summary>A new random order each epoch, from the seed.</summary>
    Random,
    /// <summary>The order of the data set.</summary>
    Sequential,
    /// <summary>Random, but rows of like length in one batch, so that less is padded.</summary>
    GroupByLength,
}
