namespace PeftSharp.Tokenization;

/// <summary>Properties of code points, in the order of the sets in <see cref="UnicodeTables"/>.</summary>
[Flags]
internal enum UnicodeFlags : ushort
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
    /// <summary>Numeric for Rust's standard library: category N in another version of Unicode than <see cref="Number"/>.</summary>
    Numeric = 256,
    /// <summary>Belongs to the grapheme cluster of the character before it: Extend, SpacingMark or ZWJ (UAX #29).</summary>
    Joined = 512,
    /// <summary>Belongs to the grapheme cluster of the character after it: Prepend. Only characters below U+0800 are marked.</summary>
    Prepended = 1024,
    /// <summary>A grapheme cluster of its own: Control, CR or LF. Only characters below U+10000 are marked.</summary>
    Breaking = 2048,
    /// <summary>The property Extended_Pictographic.</summary>
    Pictographic = 4096,
}
