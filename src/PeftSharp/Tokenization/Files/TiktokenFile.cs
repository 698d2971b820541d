using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>
/// A vocabulary of OpenAI's tiktoken: a line for each token, with its bytes in base 64 and its rank, such as the <c>tokenizer.model</c> of
/// LLaMA 3.
/// </summary>
/// <param name="Vocabulary">The tokens in the byte-level alphabet of GPT-2 and their ids.</param>
/// <param name="Merges">The pairs of tokens that are merged, in order of precedence.</param>
internal sealed record TiktokenFile(Dictionary<string, int> Vocabulary, List<(string Left, string Right)> Merges)
{
    /// <summary>Returns whether a file starts like a tiktoken vocabulary.</summary>
    internal static bool IsTiktoken(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[64];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var line = start[..read];
        var space = line.IndexOf((byte)' ');
        return space > 0 && space + 1 < line.Length && char.IsAsciiDigit((char)line[space + 1])
            && System.Buffers.Text.Base64.IsValid(line[..space]);
    }

    /// <exception cref="TokenizerException">A line is malformed, or a token or a rank occurs twice.</exception>
    internal static TiktokenFile Read(string path)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        var tokens = new List<(string Text, int Rank)>();
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        var lineOfRank = new Dictionary<int, int>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0)
                continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !TryDecode(line.AsSpan(0, space), out var token)
                || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var rank))
                throw new TokenizerException(
                    $"Line {number} of '{path}' is '{(line.Length > 60 ? line[..60] + "…" : line)}', "
                    + "but a token in base 64 and its rank are expected.");
            if (!ranks.TryAdd(token, rank))
                throw new TokenizerException($"Line {number} of '{path}' repeats the token '{token}', but each token is expected once.");
            if (!lineOfRank.TryAdd(rank, number))
                throw new TokenizerException(
                    $"Line {number} of '{path}' repeats the rank {rank} of line {lineOfRank[rank]}, but each rank is expected once. "
                    + "Download the file again.");
            tokens.Add((token, rank));
        }
        return new TiktokenFile(ranks, Merge(tokens, ranks));
    }

    // Returns the merges of each token: all pairs of tokens whose concatenation is the token, ordered by the ranks of the pair.
    private static List<(string Left, string Right)> Merge(List<(string Text, int Rank)> tokens, Dictionary<string, int> ranks)
    {
        var lookup = ranks.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string, string)>();
        var parts = new List<(int Left, int Right, int Place)>();
        foreach (var (text, _) in tokens.OrderBy(token => token.Rank))
        {
            parts.Clear();
            for (var place = 1; place < text.Length; place++)
                if (lookup.TryGetValue(text.AsSpan(0, place), out var left) && lookup.TryGetValue(text.AsSpan(place), out var right))
                    parts.Add((left, right, place));
            parts.Sort();
            merges.AddRange(parts.Select(part => (text[..part.Place], text[part.Place..])));
        }
        return merges;
    }

    private static bool TryDecode(ReadOnlySpan<char> base64, out string token)
    {
        var bytes = new byte[base64.Length];
        var isValid = Convert.TryFromBase64Chars(base64, bytes, out var length) && length > 0;
        token = isValid ? string.Create(length, bytes, (chars, all) =>
        {
            for (var i = 0; i < chars.Length; i++)
                chars[i] = ByteAlphabet.Chars[all[i]];
        }) : "";
        return isValid;
    }
}
