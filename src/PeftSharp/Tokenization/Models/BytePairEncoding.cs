using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Byte-pair encoding: merges pairs of symbols in a word, in the order in which the merges were learned (Sennrich et al. 2016).
/// </summary>
internal sealed class BytePairEncoding : TokenizerModel
{
    private readonly Dictionary<(int Left, int Right), Merge> _ranks;
    private readonly int[] _byteIds;        // ids of <0x00> …; -1 if not in the vocabulary
    private readonly int? _unkId;

    /// <exception cref="TokenizerException">A merge or the unknown token is not in the vocabulary.</exception>
    internal BytePairEncoding(
        IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BytePairOptions options)
        : base(vocabulary)
    {
        (Options, Merges) = (options, merges);
        _ranks = new Dictionary<(int, int), Merge>(merges.Count);
        var prefixLength = options.ContinuingSubwordPrefix?.Length ?? 0;
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            var joined = left + right[Math.Min(prefixLength, right.Length)..];
            _ranks[(MergeId(left, rank), MergeId(right, rank))] = new Merge(rank, MergeId(joined, rank));
        }
        _unkId = options.UnkToken is null ? null : IdOf(options.UnkToken);
        _byteIds = ByteTokens.Ids(this);
    }

    internal BytePairOptions Options { get; }

    /// <summary>Pairs of tokens to merge, in order of precedence.</summary>
    internal IReadOnlyList<(string Left, string Right)> Merges { get; }

    internal static BytePairEncoding FromJson(JsonPart part)
    {
        if (part["dropout"] is { IsNull: false } dropout
            && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
            throw dropout.Unfit("null or 0 (BPE dropout is not supported)");
        var options = new BytePairOptions
        {
            UnkToken = part.TextOrNull("unk_token"),
            ContinuingSubwordPrefix = part.TextOrNull("continuing_subword_prefix"),
            EndOfWordSuffix = part.TextOrNull("end_of_word_suffix"),
            FuseUnk = part.Flag("fuse_unk", absent: false),
            ByteFallback = part.Flag("byte_fallback", absent: false),
            IgnoreMerges = part.Flag("ignore_merges", absent: false),
        };
        var vocabulary = JsonFile.Vocabulary(part["vocab"].Element, part.File);
        return new BytePairEncoding(vocabulary, [.. part.Items("merges").Select(ReadMerge)], options);
    }

    private static (string, string) ReadMerge(JsonPart part) => part.Element switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString()!.Split(' ') is [var left, var right] => (left, right),
        { ValueKind: JsonValueKind.Array } pair when pair.GetArrayLength() == 2
            && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.String =>
            (pair[0].GetString()!, pair[1].GetString()!),
        _ => throw part.Unfit("a merge of two tokens"),
    };

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "BPE",
        ["dropout"] = null,
        ["unk_token"] = Options.UnkToken,
        ["continuing_subword_prefix"] = Options.ContinuingSubwordPrefix,
        ["end_of_word_suffix"] = Options.EndOfWordSuffix,
        ["fuse_unk"] = Options.FuseUnk,
        ["byte_fallback"] = Options.ByteFallback,
        ["ignore_merges"] = Options.IgnoreMerges,
        ["vocab"] = VocabularyToJson(),
        ["merges"] = new JsonArray([.. Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
    };

    protected override WordTokens TokenizeNew(string word)
    {
        if (Options.IgnoreMerges && IdOf(word) is { } whole)
            return new WordTokens(word, [whole], [0], [word.Length]);
        var symbols = Symbols(word);
        MergeAll(symbols);
        symbols.RemoveAll(symbol => symbol.Bytes == 0);
        return WithPlaces(word, symbols);
    }

    // Lengths are in UTF-8 bytes, as in the reference implementation: the tokens of a byte fallback are parts of a character, and omitted
    // characters shift the following ones.
    private List<Symbol> Symbols(string word)
    {
        var symbols = new List<Symbol>(word.Length);
        var unknownBytes = 0;
        for (var i = 0; i < word.Length;)
        {
            var c = CodePoints.At(word, i, out var units);
            var (isFirst, isLast, bytes) = (i == 0, i + units == word.Length, CodePoints.Utf8Length(c));
            var symbol = string.Concat(
                isFirst ? "" : Options.ContinuingSubwordPrefix, word.AsSpan(i, units), isLast ? Options.EndOfWordSuffix : "");
            i += units;
            if (IdOf(symbol) is { } id)
            {
                AddUnknown(symbols, ref unknownBytes);
                Add(symbols, id, bytes);
            }
            else if (!Options.ByteFallback || !TryAddBytes(symbols, symbol))
            {
                if (Options.UnkToken is null)
                    continue;
                if (!Options.FuseUnk)
                    AddUnknown(symbols, ref unknownBytes);
                unknownBytes += bytes;
            }
        }
        AddUnknown(symbols, ref unknownBytes);
        return symbols;
    }

    private void AddUnknown(List<Symbol> symbols, ref int bytes)
    {
        if (bytes > 0)
            Add(symbols, _unkId ?? throw new TokenizerException(
                $"The unknown token '{Options.UnkToken}' is not in the vocabulary ({Vocabulary.Count} tokens). "
                + "Add it, or correct unk_token."), bytes);
        bytes = 0;
    }

    private bool TryAddBytes(List<Symbol> symbols, string symbol)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(symbol);
        if (bytes.Any(b => _byteIds[b] < 0))
            return false;
        foreach (var b in bytes)
            Add(symbols, _byteIds[b], 1);
        return true;
    }

    private static void Add(List<Symbol> symbols, int id, int bytes) =>
        symbols.Add(new Symbol(id, bytes, symbols.Count - 1, symbols.Count + 1));

    private void MergeAll(List<Symbol> list)
    {
        var symbols = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list);
        var queue = new PriorityQueue<Merge, (int Rank, int Place)>();
        for (var i = 0; i + 1 < symbols.Length; i++)
            Offer(queue, symbols, i, i + 1);
        while (queue.TryDequeue(out var merge, out var priority))
        {
            var place = priority.Place;
            ref var left = ref symbols[place];
            if (left.Bytes == 0 || left.Next >= symbols.Length)
                continue;
            ref var right = ref symbols[left.Next];
            if (!_ranks.TryGetValue((left.Id, right.Id), out var current) || current.JoinedId != merge.JoinedId)
                continue;                                       // one of the two symbols has been merged with another one
            left = left with { Id = merge.JoinedId, Bytes = left.Bytes + right.Bytes, Next = right.Next };
            right.Bytes = 0;
            if (left.Next < symbols.Length)
            {
                symbols[left.Next].Previous = place;
                Offer(queue, symbols, place, left.Next);
            }
            if (left.Previous >= 0)
                Offer(queue, symbols, left.Previous, place);
        }
    }

    private void Offer(PriorityQueue<Merge, (int, int)> queue, ReadOnlySpan<Symbol> symbols, int left, int right)
    {
        if (_ranks.TryGetValue((symbols[left].Id, symbols[right].Id), out var merge))
            queue.Enqueue(merge, (merge.Rank, left));
    }

    // A token for some bytes of a character has the offsets of the whole character. If the model falls back to bytes,
    // Symbol.Bytes includes the bytes of ContinuingSubwordPrefix and EndOfWordSuffix, so the place of a token can be after the end of the
    // word. Such a token has the offsets of the last character of the word.
    private static WordTokens WithPlaces(string word, List<Symbol> symbols)
    {
        var (ids, starts, ends) = (new int[symbols.Count], new int[symbols.Count], new int[symbols.Count]);
        var bytes = 0;
        var (charStart, charByte) = (0, 0);
        for (var i = 0; i < symbols.Count; i++)
        {
            ids[i] = symbols[i].Id;
            var (start, startByte) = Advance(word, charStart, charByte, bytes);
            bytes += symbols[i].Bytes;
            (charStart, charByte) = Advance(word, start, startByte, bytes);
            var units = 0;
            if (charByte < bytes && charStart < word.Length)
                CodePoints.At(word, charStart, out units);      // the token ends inside a character
            (starts[i], ends[i]) = (start, charStart + units);
            if (start == word.Length)
            {
                CodePoints.Before(word, word.Length, out units);
                starts[i] = word.Length - units;
            }
        }
        return new WordTokens(word, ids, starts, ends);
    }

    // The last character that starts at or before a byte.
    private static (int Char, int Byte) Advance(string word, int charStart, int charByte, int target)
    {
        while (charStart < word.Length)
        {
            var bytes = CodePoints.Utf8Length(CodePoints.At(word, charStart, out var units));
            if (charByte + bytes > target)
                break;
            (charStart, charByte) = (charStart + units, charByte + bytes);
        }
        return (charStart, charByte);
    }

    private int MergeId(string token, int rank) => IdOf(token) ?? throw new TokenizerException(
        $"Merge {rank + 1} ('{Merges[rank].Left} {Merges[rank].Right}') contains the token '{token}', which is not in the vocabulary "
        + $"({Vocabulary.Count} tokens). Use the vocabulary and merges of the same tokenizer.");

    private readonly record struct Merge(int Rank, int JoinedId);

    private record struct Symbol(int Id, int Bytes, int Previous, int Next);
}
