namespace PeftSharp.Tokenization;

/// <summary>The tokens of words seen before, for all threads and without a lock: a table in which a word overwrites another that falls on its place.</summary>
/// <remarks>Entries are immutable and placed by one write of a reference; a thread that misses a word just placed works it out again.</remarks>
internal sealed class WordCache
{
    private const int Places = 1 << 16;
    private const int LongestWord = 64;       // longer ones hardly come again
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

    // FNV-1a over UTF-16 units, with a last stir for the low bits.
    private static uint Hash(ReadOnlySpan<char> word)
    {
        var hash = 2166136261u;
        foreach (var c in word)
            hash = (hash ^ c) * 16777619;
        return hash ^ hash >> 15;
    }
}
