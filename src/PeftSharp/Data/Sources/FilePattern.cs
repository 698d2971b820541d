using System.Text;
using System.Text.RegularExpressions;

namespace PeftSharp.Data;

/// <summary>A pattern of file names in the syntax that <c>datasets</c> uses (fsspec's <c>glob</c>).</summary>
/// <remarks>
/// Within a part of a path, <c>*</c> matches any number of characters, and <c>?</c>, <c>[a-z]</c> and <c>[!a-z]</c> match one character.
/// The part <c>**</c> matches any number of folders. A part that starts with "." and a folder that starts with "__" match only if the
/// pattern has such a part.
/// </remarks>
internal sealed class FilePattern
{
    private readonly string _pattern;
    private readonly Regex _regex;

    /// <param name="pattern">The pattern, relative to the root of the source.</param>
    /// <exception cref="DatasetException">The pattern contains <c>**</c> beside other characters, or an empty range.</exception>
    internal FilePattern(string pattern)
    {
        _pattern = pattern.Replace('\\', '/');
        while (_pattern.StartsWith("./", StringComparison.Ordinal))
            _pattern = _pattern[2..];
        try
        {
            // NonBacktracking limits the time of a match, because the pattern may come from the card of a repository.
            _regex = new Regex(Translate(_pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException error)                                  // the pattern exceeds the limit of NonBacktracking
        {
            throw new DatasetException($"The pattern '{pattern[..50]}…' is too long. Shorten it, for example with '*'.", error);
        }
        catch (RegexParseException error)
        {
            throw new DatasetException($"The pattern '{pattern}' is invalid: it contains a range of characters that is empty.", error);
        }
    }

    /// <summary>Whether the pattern requests files or folders that are otherwise hidden.</summary>
    internal bool RequestsHidden => IsHidden(_pattern);

    /// <summary>Whether a text contains a wildcard.</summary>
    internal static bool HasWildcards(string text) => text.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>Whether a path has a part that starts with "." or a folder that starts with "__".</summary>
    internal static bool IsHidden(string path) => HiddenParts(path) + SpecialFolders(path) > 0;

    internal bool IsMatch(string file) =>
        _regex.IsMatch(file) && HiddenParts(file) == HiddenParts(_pattern) && SpecialFolders(file) == SpecialFolders(_pattern);

    /// <summary>Returns the files that match, in the order of the source.</summary>
    internal IEnumerable<string> Select(DataSource source) => source.List(RequestsHidden).Where(IsMatch);

    private static int HiddenParts(string path) => path.Split('/').Count(part => part.StartsWith('.') && part.Trim('.').Length > 0);

    private static int SpecialFolders(string path) =>
        path.Split('/')[..^1].Count(part => part.StartsWith("__", StringComparison.Ordinal));

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        var parts = pattern.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (parts[i] == "**")
                regex.Append(isLast ? ".*" : "(?:.+/)?");
            else if (parts[i].Contains("**", StringComparison.Ordinal))
                throw new DatasetException($"The pattern '{pattern}' is invalid: '**' must be a whole part of the path, as in "
                    + $"'data/**/{(Path.GetExtension(parts[i]) is { Length: > 1 } extension ? "*" + extension : "*.csv")}'.");
            else
                regex.Append(parts[i] == "*" ? "[^/]+" : Part(parts[i])).Append(isLast ? "" : "/");
        }
        return regex.Append(@"\z").ToString();
    }

    private static string Part(string part)
    {
        var regex = new StringBuilder();
        for (var i = 0; i < part.Length; i++)
        {
            var end = part[i] == '[' ? ClosingBracket(part, i) : -1;
            if (end > 0)
            {
                regex.Append(Class(part[(i + 1)..end]));
                i = end;
            }
            else
                regex.Append(part[i] switch { '*' => "[^/]*", '?' => "[^/]", _ => Regex.Escape(part[i].ToString()) });
        }
        return regex.ToString();
    }

    /// <summary>The index of the bracket that closes a class. A bracket directly after the opening one belongs to the class.</summary>
    private static int ClosingBracket(string part, int open)
    {
        var first = open + 1 < part.Length && part[open + 1] == '!' ? open + 2 : open + 1;
        return first < part.Length ? part.IndexOf(']', first + 1) : -1;
    }

    private static string Class(string characters)
    {
        var isNegated = characters[0] == '!';
        var escaped = new StringBuilder();
        foreach (var c in isNegated ? characters.AsSpan(1) : characters)
            escaped.Append(c is '\\' or '[' or ']' or '^' ? $@"\{c}" : c);
        // A hyphen at the start or the end is a character, as in Python.
        var text = escaped.ToString();
        if (text.StartsWith('-'))
            text = @"\" + text;
        return isNegated ? $"[^/{text}]" : $"[{text}]";
    }
}
