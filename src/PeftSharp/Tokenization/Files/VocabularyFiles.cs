namespace PeftSharp.Tokenization;

/// <summary>Reads the vocabulary files that tokenizers used before tokenizer.json existed.</summary>
internal static class VocabularyFiles
{
    /// <summary>
    /// Reads vocab.txt: one token per line, whose id is the index of the line. If a token occurs twice, the last line is used, and a blank
    /// line is the empty token, as in Python.
    /// </summary>
    /// <exception cref="TokenizerException">The file is empty or not UTF-8.</exception>
    internal static Dictionary<string, int> ReadWordPieces(string path)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = 0;
        foreach (var line in TextFile.ReadLines(path))
            vocabulary[TrimEnd(line)] = id++;
        return id > 0 ? vocabulary : throw new TokenizerException($"'{path}' is empty, but one token per line is expected.");
    }

    /// <summary>Reads vocab.json: an object of tokens and ids.</summary>
    internal static Dictionary<string, int> ReadBytePairs(string path) => JsonFile.Vocabulary(JsonFile.Read(path), path);

    /// <summary>
    /// Reads merges.txt: two tokens per line, in the order of their merges. Lines that begin with <c>#version</c> and blank lines at the
    /// end are ignored.
    /// </summary>
    /// <exception cref="TokenizerException">A line is not two tokens, or the file is not UTF-8.</exception>
    internal static List<(string Left, string Right)> ReadMerges(string path)
    {
        var merges = new List<(string, string)>();
        var number = 0;
        var lines = TextFile.ReadLines(path);
        foreach (var line in lines.AsSpan(0, Array.FindLastIndex(lines, line => line.Length > 0) + 1))
        {
            number++;
            if (line.StartsWith("#version", StringComparison.Ordinal))
                continue;
            merges.Add(line.Split(' ') is [var left, var right] ? (left, right) : throw new TokenizerException(
                $"Line {number} of '{path}' is '{line}', but two tokens separated by a space are expected."));
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
