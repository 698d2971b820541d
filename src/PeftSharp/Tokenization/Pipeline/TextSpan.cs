namespace PeftSharp.Tokenization;

/// <summary>A part of an <see cref="AlignedText"/>: a word for the model, or an added token that was found in it.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">One past the last.</param>
/// <param name="TokenId">The added token, or <see cref="Word"/>.</param>
internal readonly record struct TextSpan(int Start, int End, int TokenId = TextSpan.Word)
{
    internal const int Word = -1;
}
