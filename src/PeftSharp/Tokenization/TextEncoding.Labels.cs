using System.Numerics;

namespace PeftSharp.Tokenization;

public sealed partial class TextEncoding
{
    /// <summary>A label for each token, from the labels of the words that were given to <c>EncodeWords</c>: what token classification learns from.</summary>
    /// <param name="labels">A label for each word of the (first) text.</param>
    /// <param name="alignment">Which tokens of a word get its label; default the first.</param>
    /// <param name="ignored">The label of all other tokens: special tokens, padding and the second text of a pair. Default -100, which losses and metrics leave out.</param>
    /// <typeparam name="T">The type of the labels, such as <see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <returns>As many labels as there are tokens.</returns>
    /// <exception cref="ArgumentException">There are not as many labels as words.</exception>
    /// <exception cref="InvalidOperationException">A text was encoded, not words.</exception>
    public T[] AlignLabels<T>(IReadOnlyList<T> labels, LabelAlignment alignment = LabelAlignment.FirstToken, int ignored = -100) where T : IBinaryInteger<T>
    {
        ArgumentNullException.ThrowIfNull(labels);
        var aligned = new T[Length];
        Array.Fill(aligned, T.CreateChecked(ignored));
        return PerToken((segment, row) =>
        {
            if (segment.Run is not { } run || segment.Sequence != 0)
                return;
            var words = run.GivenWords
                ?? throw new InvalidOperationException("Labels of words need the words: these tokens were made of a text, whose words only the tokenizer knows. Encode the words with EncodeWords.");
            if (labels.Count != words.Count)
                throw new ArgumentException($"There are {words.Count} words but {labels.Count} labels; give each word one.", nameof(labels));
            for (var i = 0; i < row.Length; i++)
                if (alignment == LabelAlignment.AllTokens || i == 0 || run.Words[segment.Start + i] != run.Words[segment.Start + i - 1])
                    row[i] = labels[run.Words[segment.Start + i]];
        }, aligned);
    }
}
