using System.Runtime.InteropServices;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>Learns the merges of byte-pair encoding, with the order and the tie rules of Hugging Face's <c>tokenizers</c>.</summary>
/// <remarks>
/// The count of each pair is updated when a merge changes a word. A pair is in the queue once for each set of words in which it was
/// formed; its count in the queue can be outdated, and is corrected when the pair is taken from the queue.
/// </remarks>
internal sealed class BpeLearner
{
    private const int ReportEvery = 500;

    private readonly BpeTrainer _options;
    private readonly IReadOnlyList<KeyValuePair<string, long>> _counts;
    private readonly List<string> _tokens = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(long Pair, int Token)> _merges = [];
    private readonly int[][] _words;
    private readonly int[][]? _lengths;
    private readonly int[] _sizes;
    private readonly Dictionary<long, int> _pairs = [];
    private readonly List<long> _pairCounts = [];
    private readonly List<List<int>?> _formed = [];                 // for each pair: the words in which it was formed after it was queued
    private readonly List<(long Pair, int Index)> _formedPairs = [];
    private readonly PriorityQueue<(long Pair, int Index, List<int> Words), (long Count, long Pair)> _queue =
        new(Comparer<(long Count, long Pair)>.Create((x, y) => x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Pair.CompareTo(y.Pair)));

    internal BpeLearner(BpeTrainer options, IReadOnlyList<KeyValuePair<string, long>> counts)
    {
        (_options, _counts) = (options, counts);
        foreach (var token in options.SpecialTokens)
            IdOf(token.Content);
        foreach (var character in Alphabet())
            IdOf(character);
        _words = new int[counts.Count][];
        for (var i = 0; i < _words.Length; i++)
            _words[i] = Symbols(counts[i].Key);
        _sizes = Array.ConvertAll(_words, word => word.Length);
        if (options.MaxTokenLength is not null)
            _lengths = Array.ConvertAll(_words, word => Enumerable.Repeat(1, word.Length).ToArray());
    }

    /// <summary>The tokens in the order of their ids.</summary>
    internal IReadOnlyList<string> Tokens => _tokens;

    /// <summary>
    /// The merges in the order of precedence. If a pair was merged twice, the last merge is used, as in <c>tokenizers</c>.
    /// </summary>
    internal IEnumerable<(string Left, string Right)> Merges
    {
        get
        {
            var last = new Dictionary<long, int>();
            for (var rank = 0; rank < _merges.Count; rank++)
                last[_merges[rank].Pair] = rank;
            for (var rank = 0; rank < _merges.Count; rank++)
                if (last[_merges[rank].Pair] == rank)
                    yield return (_tokens[Left(_merges[rank].Pair)], _tokens[Right(_merges[rank].Pair)]);
        }
    }

    internal void Learn(IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        for (var word = 0; word < _words.Length; word++)
            for (var i = 0; i + 1 < _words[word].Length; i++)
                Change(PairOf(_words[word][i], _words[word][i + 1]), _counts[word].Value, word);
        QueueFormed();
        while (_ids.Count < _options.VocabSize && _queue.TryDequeue(out var top, out var priority))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = _pairCounts[top.Index];
            if (priority.Count != count)
            {
                _queue.Enqueue(top, (count, top.Pair));
                continue;
            }
            if (count < 1 || _options.MinFrequency > count)
                break;
            var token = IdOf(Joined(top.Pair));
            _merges.Add((top.Pair, token));
            foreach (var word in top.Words)
                Merge(word, Left(top.Pair), Right(top.Pair), token);
            QueueFormed();
            if (_ids.Count % ReportEvery == 0)
                progress?.Report(new TokenizerTrainProgress("Learn tokens", _ids.Count, _options.VocabSize));
        }
        progress?.Report(new TokenizerTrainProgress("Learn tokens", _ids.Count, _ids.Count));
    }

    private static long PairOf(int left, int right) => (long)left << 32 | (uint)right;

    private static int Left(long pair) => (int)(pair >> 32);

    private static int Right(long pair) => (int)pair;

    private int IdOf(string token)
    {
        if (!_ids.TryGetValue(token, out var id))
        {
            _ids[token] = id = _tokens.Count;
            _tokens.Add(token);
        }
        return id;
    }

    private string Joined(long pair)
    {
        var (left, right) = (_tokens[Left(pair)], _tokens[Right(pair)]);
        return _options.ContinuingSubwordPrefix is { Length: > 0 } prefix && right.StartsWith(prefix, StringComparison.Ordinal)
            ? left + right[prefix.Length..]
            : left + right;
    }

    /// <summary>
    /// The characters of the words and the initial alphabet, by code point. If there are too many, the rarest characters are omitted.
    /// </summary>
    private IEnumerable<string> Alphabet()
    {
        var counts = new Dictionary<Rune, long>();
        foreach (var (word, count) in _counts)
            foreach (var character in word.EnumerateRunes())
                CollectionsMarshal.GetValueRefOrAddDefault(counts, character, out _) += count;
        foreach (var character in _options.InitialAlphabet.EnumerateRunes())
            counts[character] = long.MaxValue;
        var excess = _options.LimitAlphabet is { } limit ? Math.Max(0, counts.Count - limit) : 0;
        var omitted = counts.OrderBy(entry => entry.Value).ThenByDescending(entry => entry.Key).Take(excess).Select(entry => entry.Key);
        return counts.Keys.Except(omitted).Order().Select(character => character.ToString());
    }

    /// <summary>Returns the symbols of a word; characters that are not in the alphabet are omitted.</summary>
    private int[] Symbols(string word)
    {
        var symbols = new List<int>(word.Length);
        var at = 0;
        foreach (var character in word.EnumerateRunes())
        {
            var (isFirst, isLast) = (at == 0, at + character.Utf16SequenceLength == word.Length);
            at += character.Utf16SequenceLength;
            var symbol = character.ToString();
            if (_ids.ContainsKey(symbol))
                symbols.Add(IdOf(
                    (isFirst ? "" : _options.ContinuingSubwordPrefix) + symbol + (isLast ? _options.EndOfWordSuffix : "")));
        }
        return [.. symbols];
    }

    /// <summary>Changes the count of a pair; a positive change also records the word.</summary>
    private void Change(long pair, long change, int word)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out var isKnown);
        if (!isKnown)
        {
            index = _pairCounts.Count;
            _pairCounts.Add(0);
            _formed.Add(null);
        }
        _pairCounts[index] += change;
        if (change <= 0)
            return;
        var words = _formed[index];
        if (words is null)
        {
            _formed[index] = words = [];
            _formedPairs.Add((pair, index));
        }
        if (words.Count == 0 || words[^1] != word)                     // words are processed one after the other
            words.Add(word);
    }

    private void QueueFormed()
    {
        foreach (var (pair, index) in _formedPairs)
        {
            if (_pairCounts[index] > 0)
                _queue.Enqueue((pair, index, _formed[index]!), (_pairCounts[index], pair));
            _formed[index] = null;
        }
        _formedPairs.Clear();
    }

    /// <summary>Merges a pair in a word and changes the counts of the neighboring pairs.</summary>
    private void Merge(int word, int left, int right, int token)
    {
        var (symbols, lengths, size, count) = (_words[word], _lengths?[word], _sizes[word], _counts[word].Value);
        var written = 0;
        for (var i = 0; i < size;)
        {
            if (symbols[i] != left || i + 1 >= size || symbols[i + 1] != right)
            {
                if (lengths is not null)
                    lengths[written] = lengths[i];
                symbols[written++] = symbols[i++];
                continue;
            }
            var length = lengths is null ? 0 : lengths[i] + lengths[i + 1];
            if (written > 0)
            {
                Change(PairOf(symbols[written - 1], left), -count, word);
                if (CanForm(length, lengths, written - 1))
                    Change(PairOf(symbols[written - 1], token), count, word);
            }
            if (i + 2 < size)
            {
                Change(PairOf(right, symbols[i + 2]), -count, word);
                if (CanForm(length, lengths, i + 2))
                    Change(PairOf(token, symbols[i + 2]), count, word);
            }
            if (lengths is not null)
                lengths[written] = length;
            symbols[written++] = token;
            i += 2;
        }
        _sizes[word] = written;
    }

    private bool CanForm(int length, int[]? lengths, int neighbor) =>
        lengths is null || length + lengths[neighbor] < _options.MaxTokenLength;
}
