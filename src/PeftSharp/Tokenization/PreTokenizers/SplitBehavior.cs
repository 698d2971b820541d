namespace PeftSharp.Tokenization;

/// <summary>What <see cref="Split"/> does with the matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
