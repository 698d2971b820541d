namespace PeftSharp.Tokenization;

/// <summary>What the pipeline asks about a code point; in the order of the sets in <see cref="UnicodeTables"/>.</summary>
[Flags]
internal enum UnicodeFlags : byte
{
    None = 0,
    /// <summary>The property White_Space.</summary>
    Space = 1,
    /// <summary>What BERT's cleaning removes: controls, formats, private use, U+0000 and U+FFFD, but not tab and line ends.</summary>
    Removed = 2,
    /// <summary>What BERT splits off as a word of its own: category P and all ASCII punctuation.</summary>
    Punctuation = 4,
    /// <summary>Category Mn.</summary>
    NonSpacingMark = 8,
    /// <summary>Category M.</summary>
    CombiningMark = 16,
    /// <summary>Category L.</summary>
    Letter = 32,
    /// <summary>Category N.</summary>
    Number = 64,
    /// <summary>What <c>\w</c> is in Rust's regular expressions.</summary>
    Word = 128,
}
