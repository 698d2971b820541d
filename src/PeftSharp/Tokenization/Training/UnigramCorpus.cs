using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>The words of the texts as code points.</summary>
internal sealed class UnigramCorpus
{
    internal UnigramCorpus(IReadOnlyList<KeyValuePair<string, long>> words)
    {
        Words = new (int[], long)[words.Count];
        for (var i = 0; i < Words.Length; i++)
            Words[i] = (CodePointsOf(words[i].Key), words[i].Value);
    }

    internal (int[] Word, long Count)[] Words { get; }

    internal static int[] CodePointsOf(string text) => [.. text.EnumerateRunes().Select(character => character.Value)];

    internal static string TextOf(ReadOnlySpan<int> codePoints)
    {
        var text = new StringBuilder(codePoints.Length);
        foreach (var codePoint in codePoints)
            text.Append(new Rune(codePoint).ToString());
        return text.ToString();
    }

    /// <summary>The different characters of the words and of an alphabet, by code point.</summary>
    internal IReadOnlyList<string> Characters(string alphabet)
    {
        var characters = new SortedSet<int>(CodePointsOf(alphabet));
        foreach (var (word, _) in Words)
            foreach (var character in word)
                characters.Add(character);
        return [.. characters.Select(character => new Rune(character).ToString())];
    }
}
