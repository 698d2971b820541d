namespace PeftSharp.Tokenization;

/// <summary>
/// A cache of the tokens of words, which all threads share without a lock. It is a hash table in which a new word replaces the word in its
/// slot.
/// </summary>
/// <remarks>
/// Entries are immutable and written with a single reference assignment. A thread that does not see a new entry recomputes it.
/// </remarks>
internal sealed class WordCache
{
    private const int Places = 1 << 16;
    private const int LongestWord = 64;       // longer words rarely occur again
    private readonly WordTokens?[] _places = new WordTokens?[Places];

    internal WordTokens? Find(ReadOnlySpan<char> word, out uint place)
    {
        place = Hash(word) % Places;
        var found = Volatile.Read(ref _places[place]);
        return found is not null && word.SequenceEqual(found.Word) ? found : null;
    }

    internal void Keep(WordTokens tokens, uint place)
    {
        if (tokens.Word.Length <= LongestWord)
            Volatile.Write(ref _places[place], tokens);
    }

    // FNV-1a over UTF-16 code units, with a final mix for the low bits.
    private static uint Hash(ReadOnlySpan<char> word)
    {
        var hash = 2166136261u;
        foreach (var c in word)
            hash = (hash ^ c) * 16777619;
        return hash ^ hash >> 15;
    }
}
