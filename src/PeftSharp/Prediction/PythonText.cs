using System.Text;
using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>String operations that return the same results as those of Python.</summary>
internal static class PythonText
{
    /// <summary><c>str.strip</c>: removes white space at both ends.</summary>
    internal static string Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start])) start++;
        while (end > start && IsSpace(text[end - 1])) end--;
        return start == 0 && end == text.Length ? text : text[start..end];
    }

    /// <summary><c>str.lower</c>, except for the form of a final sigma.</summary>
    internal static string Lower(string text)
    {
        var lower = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!UnicodeTables.TryLower(rune.Value, out var parts)) lower.Append(rune.ToString());
            else
                foreach (var part in parts) lower.Append(new Rune(part).ToString());
        }
        return lower.ToString();
    }

    // For Python, the four separators of ASCII are white space too.
    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';
}
