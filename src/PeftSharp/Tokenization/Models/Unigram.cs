using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// The unigram language model of SentencePiece: splits a word into the pieces with the highest sum of scores, with the Viterbi algorithm
/// (Kudo 2018, arXiv:1804.10959).
/// </summary>
internal sealed class Unigram : TokenizerModel
{
    private const double UnknownPenalty = 10;
    private readonly PieceTrie _trie = new();
    private readonly double _unknownScore;
    private readonly int[] _byteIds;

    /// <param name="pieces">The pieces in the order of their ids.</param>
    /// <param name="unkId">
    /// The id of the token for characters that are not in the vocabulary. Null: such a character throws a <see cref="TokenizerException"/>.
    /// </param>
    /// <param name="byteFallback">
    /// Whether unknown text is converted to the tokens of its bytes (<c>&lt;0x00&gt;</c> …), if the vocabulary contains these tokens.
    /// </param>
    /// <exception cref="TokenizerException">The unknown token is not in the vocabulary.</exception>
    internal Unigram(IReadOnlyList<ScoredPiece> pieces, int? unkId, bool byteFallback) : base(Ids(pieces))
    {
        (Pieces, UnkId, ByteFallback) = (pieces, unkId, byteFallback);
        if (unkId < 0 || unkId >= pieces.Count)
            throw new TokenizerException(
                $"unk_id {unkId} of the Unigram model is not an id of its vocabulary ({pieces.Count} tokens). Correct unk_id.");
        for (var id = 0; id < pieces.Count; id++)
            _trie.Add(pieces[id].Text, id);
        _unknownScore = pieces.Select(piece => piece.Score).DefaultIfEmpty(double.PositiveInfinity).Min() - UnknownPenalty;
        _byteIds = ByteTokens.Ids(this);
    }

    /// <summary>The pieces in the order of their ids.</summary>
    internal IReadOnlyList<ScoredPiece> Pieces { get; }

    internal int? UnkId { get; }

    internal bool ByteFallback { get; }

    /// <summary>The number of pieces. A piece that occurs more than once has several ids.</summary>
    internal override int Size => Pieces.Count;

    internal override string? TokenOf(int id) => id >= 0 && id < Pieces.Count ? Pieces[id].Text : null;

    internal static Unigram FromJson(JsonPart part) => new(
        [.. part.Items("vocab").Select(ReadPiece)], part["unk_id"].IsNull ? null : part.Number("unk_id"),
        part.Flag("byte_fallback", absent: false));

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Unigram",
        ["unk_id"] = UnkId,
        ["vocab"] = new JsonArray([.. Pieces.Select(piece => new JsonArray(piece.Text, piece.Score))]),
        ["byte_fallback"] = ByteFallback,
    };

    protected override WordTokens TokenizeNew(string word)
    {
        var pieces = BestPath(word);
        var (ids, starts, stops) = (new List<int>(pieces.Count), new List<int>(pieces.Count), new List<int>(pieces.Count));
        var start = 0;
        foreach (var (end, id) in pieces)
        {
            if (id != UnkId)
                Add(id, start, end);
            else if (IdOf(word[start..end]) is { } known)       // several unknown characters can be a piece with a low score
                Add(known, start, end);
            else if (!ByteFallback || !TryAddBytes(start, end))
                Add(id, start, end);
            start = end;
        }
        return new WordTokens(word, [.. ids], [.. starts], [.. stops]);

        void Add(int id, int from, int to)
        {
            ids.Add(id);
            starts.Add(from);
            stops.Add(to);
        }

        bool TryAddBytes(int from, int to)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(word, from, to - from);
            if (bytes.Any(b => _byteIds[b] < 0))
                return false;
            foreach (var b in bytes)
                Add(_byteIds[b], from, to);
            return true;
        }
    }

    // Consecutive unknown characters are one piece.
    private List<(int End, int Id)> BestPath(string word)
    {
        var path = new UnigramPath(word.Length);
        for (var start = 0; start < word.Length;)
        {
            CodePoints.At(word, start, out var units);
            var score = path.ScoreAt(start);
            var isCharacterKnown = false;
            var node = PieceTrie.Root;
            for (var end = start; end < word.Length && (node = _trie.Next(node, word[end], out var id)) != PieceTrie.None; end++)
            {
                if (id == PieceTrie.None)
                    continue;
                path.Offer(start, end + 1, id, score + Pieces[id].Score);
                isCharacterKnown |= end + 1 == start + units;
            }
            if (!isCharacterKnown && path.CanImprove(start + units, score + _unknownScore))
                path.Offer(start, start + units, RequireUnknown(word.Substring(start, units)), score + _unknownScore);
            start += units;
        }
        return path.Pieces(UnkId);
    }

    private int RequireUnknown(string text) => UnkId ?? throw new TokenizerException(
        $"The text '{text}' is not in the vocabulary ({Size} tokens), and the Unigram model has no unknown token. Set unk_id.");

    private static Dictionary<string, int> Ids(IReadOnlyList<ScoredPiece> pieces)
    {
        var ids = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
            ids[pieces[id].Text] = id;
        return ids;
    }

    private static ScoredPiece ReadPiece(JsonPart part) =>
        part.Element is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
        && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.Number
            ? new ScoredPiece(pair[0].GetString()!, pair[1].GetDouble())
            : throw part.Unfit("a token and its score");
}
