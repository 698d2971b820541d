using System.Numerics;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

public sealed partial class TextEncoding
{
    /// <summary>
    /// Returns a label for each token, from the labels of the words that <c>EncodeWords</c> encoded. The result is used as <c>labels</c>
    /// for token classification.
    /// </summary>
    /// <param name="labels">A label for each word of the text, or of the first text of a pair.</param>
    /// <param name="alignment">Which tokens of a word get its label. Default: the first.</param>
    /// <param name="ignored">
    /// The label of all other tokens: special tokens, padding, the second text of a pair and, with <see cref="LabelAlignment.FirstToken"/>,
    /// the further tokens of a word. Default -100, which losses and metrics ignore.
    /// </param>
    /// <typeparam name="T">The type of the labels, such as <see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <returns>The labels, one per token.</returns>
    /// <exception cref="ArgumentException">The number of labels is not the number of words.</exception>
    /// <exception cref="InvalidOperationException">The text was not encoded with <c>EncodeWords</c>.</exception>
    /// <exception cref="OverflowException"><typeparamref name="T"/> cannot store <paramref name="ignored"/>.</exception>
    public T[] AlignLabels<T>(IReadOnlyList<T> labels, LabelAlignment alignment = LabelAlignment.FirstToken, int ignored = -100)
        where T : IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(labels);
        var aligned = new T[Length];
        Array.Fill(aligned, T.CreateChecked(ignored));
        return PerToken((segment, row) =>
        {
            if (segment.Run is not { } run || segment.Sequence != 0)
                return;
            var words = run.GivenWords
                ?? throw new InvalidOperationException(
                    "The text was encoded without its words, so labels cannot be aligned. Encode its words with EncodeWords.");
            if (labels.Count != words.Count)
                throw new ArgumentException(
                    $"The text has {Quantity.Of(words.Count, "word")} but {Quantity.Of(labels.Count, "label")}. Pass one label for each "
                    + "word.", nameof(labels));
            for (var i = 0; i < row.Length; i++)
                if (alignment == LabelAlignment.AllTokens || i == 0 || run.Words[segment.Start + i] != run.Words[segment.Start + i - 1])
                    row[i] = labels[run.Words[segment.Start + i]];
        }, aligned);
    }
}
