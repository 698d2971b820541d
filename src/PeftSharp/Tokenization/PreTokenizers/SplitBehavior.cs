namespace PeftSharp.Tokenization;

/// <summary>What becomes of the matches that <see cref="Split"/> splits at.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
