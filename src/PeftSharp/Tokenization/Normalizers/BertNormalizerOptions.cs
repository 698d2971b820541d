namespace PeftSharp.Tokenization;

/// <summary>What BERT does to a text: controls removed, every space a blank, blanks around Chinese characters, accents stripped, lower case.</summary>
/// <param name="CleanText">Removes controls and turns other white space into blanks.</param>
/// <param name="HandleChineseChars">Makes a word of each Chinese character.</param>
/// <param name="StripAccents">Null: as <paramref name="Lowercase"/>.</param>
/// <param name="Lowercase">Lower case.</param>
internal sealed record BertNormalizerOptions(bool CleanText = true, bool HandleChineseChars = true, bool? StripAccents = null, bool Lowercase = true);
