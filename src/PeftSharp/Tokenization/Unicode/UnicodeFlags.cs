namespace PeftSharp.Tokenization;

/// <summary>Properties of code points, in the order of the sets in <see cref="UnicodeTables"/>.</summary>
[Flags]
internal enum UnicodeFlags : byte
{
    None = 0,
    /// <summary>The property White_Space.</summary>
    Space = 1,
    /// <summary>
    /// Removed by BERT's cleaning: control, format and private-use characters, U+0000 and U+FFFD, but not tab and line ends.
    /// </summary>
    Removed = 2,
    /// <summary>A word of its own for BERT: category P and all ASCII punctuation.</summary>
    Punctuation = 4,
    /// <summary>Category Mn.</summary>
    NonSpacingMark = 8,
    /// <summary>Category M.</summary>
    CombiningMark = 16,
    /// <summary>Category L.</summary>
    Letter = 32,
    /// <summary>Category N.</summary>
    Number = 64,
    /// <summary>Matched by <c>\w</c> in Rust's regular expressions.</summary>
    Word = 128,
}
