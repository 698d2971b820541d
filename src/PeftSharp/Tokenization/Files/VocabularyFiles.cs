using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The plain vocabulary files that came before tokenizer.json.</summary>
internal static class VocabularyFiles
{
    /// <summary>vocab.txt: a token a line, its id the number of the line. Of a token listed twice the last line counts, and a blank line is the empty token, as in Python.</summary>
    /// <exception cref="TokenizerException">The file is empty.</exception>
    internal static Dictionary<string, int> ReadWordPieces(string path)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = 0;
        foreach (var line in File.ReadLines(path))
            vocabulary[TrimEnd(line)] = id++;
        return id > 0 ? vocabulary : throw new TokenizerException($"'{path}' is empty; it should hold a token a line.");
    }

    /// <summary>vocab.json: tokens and ids.</summary>
    internal static Dictionary<string, int> ReadBytePairs(string path) => JsonFile.Vocabulary(JsonFile.Read(path), path);

    /// <summary>merges.txt: two tokens a line, the pair learned first at the top; lines that begin with <c>#version</c> and blank lines at the end are passed over.</summary>
    /// <exception cref="TokenizerException">A line is not two tokens.</exception>
    internal static List<(string Left, string Right)> ReadMerges(string path)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        var merges = new List<(string, string)>();
        var number = 0;
        var lines = File.ReadAllLines(path);
        foreach (var line in lines.AsSpan(0, Array.FindLastIndex(lines, line => line.Length > 0) + 1))
        {
            number++;
            if (line.StartsWith("#version", StringComparison.Ordinal))
                continue;
            merges.Add(line.Split(' ') is [var left, var right] ? (left, right) : throw new TokenizerException($"'{path}' has '{line}' in line {number}; a merge is two tokens with one blank between them."));
        }
        return merges;
    }

    private static string TrimEnd(string line)
    {
        var end = line.Length;
        while (end > 0 && UnicodeTables.Is(line[end - 1], UnicodeFlags.Space))
            end--;
        return line[..end];
    }
}
