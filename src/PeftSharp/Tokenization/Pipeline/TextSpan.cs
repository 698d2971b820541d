namespace PeftSharp.Tokenization;

/// <summary>A part of an <see cref="AlignedText"/>: a word for the model, or an added token.</summary>
/// <param name="Start">The index of the first UTF-16 code unit.</param>
/// <param name="End">The index after the last UTF-16 code unit.</param>
/// <param name="TokenId">The id of the added token, or <see cref="Word"/>.</param>
internal readonly record struct TextSpan(int Start, int End, int TokenId = TextSpan.Word)
{
    internal const int Word = -1;
}
