using System.Buffers;
using System.Text.RegularExpressions;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A regular expression of the reference implementation (Oniguruma, with the syntax of Ruby), matched by .NET.</summary>
/// <remarks>
/// .NET matches UTF-16 code units, with its own version of Unicode and another syntax. Therefore, the expression is parsed, and each of its
/// sets of code points is computed. Code points that are in the same sets cannot be distinguished by the expression, so they become one
/// character of a small alphabet (<see cref="RegexAlphabet"/>), and .NET matches the text in this alphabet. The matches are exact.
/// </remarks>
internal sealed class TranslatedRegex
{
    // The time limit of one match. Oniguruma gives up after 10,000,000 steps, which take less than a second.
    private static readonly TimeSpan _longestMatch = TimeSpan.FromSeconds(10);
    private readonly string _expression;
    private readonly TimeSpan _timeout;
    private readonly Regex _regex;
    private readonly RegexAlphabet _alphabet;

    /// <exception cref="TokenizerException">The expression is malformed or contains something that is not supported.</exception>
    internal TranslatedRegex(string expression) : this(expression, _longestMatch) { }

    internal TranslatedRegex(string expression, TimeSpan timeout)
    {
        (_expression, _timeout) = (expression, timeout);
        var parser = new RegexParser(expression);
        var pattern = parser.Parse();
        _alphabet = new RegexAlphabet(parser.Sets);
        try
        {
            _regex = new Regex(_alphabet.Write(pattern), RegexOptions.CultureInvariant | RegexOptions.Compiled, _timeout);
        }
        catch (ArgumentException error)
        {
            throw new TokenizerException(
                $"The regular expression '{expression}' of the tokenizer is malformed: {ErrorText.Of(error)}", error);
        }
    }

    /// <summary>Adds the matches in a text. A match can be empty, but not at the end of the previous match.</summary>
    /// <exception cref="TokenizerException">The expression needs too much time for the text.</exception>
    internal void AddMatches(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var symbols = ArrayPool<char>.Shared.Rent(text.Length);
        var length = _alphabet.Translate(text, symbols);
        var positions = length == text.Length ? null : Positions(text, length);
        var end = -1;
        try
        {
            foreach (var match in _regex.EnumerateMatches(symbols.AsSpan(0, length)))
            {
                if (match.Length == 0 && match.Index == end)
                    continue;
                end = match.Index + match.Length;
                matches.Add(positions is null ? (match.Index, end) : (positions[match.Index], positions[end]));
            }
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new TokenizerException($"The regular expression '{_expression}' of the tokenizer needs more than "
                + $"{_timeout.TotalSeconds:0.#} seconds for a text of {text.Length} characters. Nested quantifiers, such as (a+)+, try "
                + "very many combinations. Correct the expression.", error);
        }
        ArrayPool<char>.Shared.Return(symbols);
    }

    // Returns the position of each code point in the text, then the end of the text.
    private static int[] Positions(ReadOnlySpan<char> text, int count)
    {
        var positions = new int[count + 1];
        for (int i = 0, place = 0; i < count; i++)
        {
            positions[i] = place;
            CodePoints.At(text, place, out var units);
            place += units;
        }
        positions[count] = text.Length;
        return positions;
    }
}
