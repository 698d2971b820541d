namespace PeftSharp.Training;

/// <summary>The order of the training rows (transformers' <c>train_sampling_strategy</c>).</summary>
public enum SamplingStrategy
{
    /// <summary>A new random permutation in each epoch, determined by the seed.</summary>
    Random,
    /// <summary>The order of the dataset.</summary>
    Sequential,
    /// <summary>
    /// Random, with rows of similar length in the same batch, which reduces padding (transformers' <c>group_by_length</c>).
    /// </summary>
    GroupByLength,
}
