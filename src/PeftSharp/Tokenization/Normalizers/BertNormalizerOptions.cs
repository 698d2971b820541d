namespace PeftSharp.Tokenization;

/// <summary>
/// BERT's normalization: removes control characters, replaces white space by spaces, adds spaces around Chinese characters, strips accents
/// and converts to lower case.
/// </summary>
/// <param name="CleanText">Whether to remove control characters and replace white space by spaces.</param>
/// <param name="HandleChineseChars">Whether to make each Chinese character a word.</param>
/// <param name="StripAccents">Whether to remove accents. Null: the value of <paramref name="Lowercase"/>.</param>
/// <param name="Lowercase">Whether to convert to lower case.</param>
internal sealed record BertNormalizerOptions(
    bool CleanText = true, bool HandleChineseChars = true, bool? StripAccents = null, bool Lowercase = true);
