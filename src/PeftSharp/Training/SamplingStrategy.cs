namespace PeftSharp.Training;

/// <summary>The order of the training rows.</summary>
public enum SamplingStrategy
{
    /// <summary>A new random order each epoch, from the seed.</summary>
    Random,
    /// <summary>The order of the data set.</summary>
    Sequential,
    /// <summary>Random, with rows of similar length in the same batch, which reduces padding.</summary>
    GroupByLength,
}
