using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A SentencePiece model file, such as <c>tokenizer.model</c> or <c>spiece.model</c>.</summary>
internal sealed record SentencePieceModel
{
    private const int Unigram = 1, Control = 3, UserDefined = 4;

    /// <summary>The pieces in the order of their ids.</summary>
    internal required IReadOnlyList<ScoredPiece> Pieces { get; init; }

    /// <summary>The pieces that are matched as a whole: control pieces, which are special, and pieces that the user defined.</summary>
    internal required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Whether the model is a unigram model. Otherwise, it is a byte-pair model.</summary>
    internal bool IsUnigram { get; init; } = true;

    /// <summary>Whether unknown characters are converted to the tokens of their bytes.</summary>
    internal bool ByteFallback { get; init; }

    /// <summary>The id of the unknown token; negative: there is none.</summary>
    internal int UnkId { get; init; }

    /// <summary>The special tokens by their names in transformers.</summary>
    internal required IReadOnlyDictionary<string, string?> SpecialTokens { get; init; }

    /// <summary>The normalization map; null if there is none.</summary>
    internal Precompiled? NormalizationMap { get; init; }

    /// <summary>The vocabulary of a byte-pair model. If a piece occurs twice, the last id is used.</summary>
    internal Dictionary<string, int> Vocabulary()
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < Pieces.Count; id++)
            vocabulary[Pieces[id].Text] = id;
        return vocabulary;
    }

    /// <exception cref="TokenizerException">The file is truncated, or it is not a SentencePiece model of a supported kind.</exception>
    internal static SentencePieceModel Read(string path)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        var reader = new ProtobufReader(File.ReadAllBytes(path), path);
        var pieces = new List<ScoredPiece>();
        var added = new List<AddedToken>();
        var training = new TrainingSettings();
        byte[]? map = null;
        while (reader.TryReadField(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    var (piece, kind) = ReadPiece(reader.ReadMessage(wireType));
                    pieces.Add(piece);
                    if (kind is Control or UserDefined)
                        added.Add(new AddedToken(piece.Text) { Special = kind == Control, Normalized = false });
                    break;
                case 2: training = TrainingSettings.Read(reader.ReadMessage(wireType)); break;
                case 3: map = ReadMap(reader.ReadMessage(wireType)); break;
                default: reader.Skip(wireType); break;
            }
        }
        if (pieces.Count == 0)
            throw reader.Malformed("it has no pieces");
        if (training.ModelType is not (Unigram or 2))
            throw new TokenizerException(
                $"'{path}' is a SentencePiece model of type {training.ModelType}, which is not supported. "
                + "Supported types: 1 (unigram), 2 (BPE).");
        return new SentencePieceModel
        {
            Pieces = pieces,
            AddedTokens = added,
            IsUnigram = training.ModelType == Unigram,
            ByteFallback = training.ByteFallback,
            UnkId = training.UnkId,
            SpecialTokens = training.SpecialTokens,
            NormalizationMap = map is { Length: > 0 } ? new Precompiled(new CharactersMap(map, $"'{path}'")) : null,
        };
    }

    private static (ScoredPiece Piece, int Kind) ReadPiece(ProtobufReader reader)
    {
        var (text, score, kind) = ("", 0f, 1);
        while (reader.TryReadField(out var field, out var wireType))
        {
            switch (field)
            {
                case 1: text = reader.ReadText(wireType); break;
                case 2: score = reader.ReadSingle(wireType); break;
                case 3: kind = reader.ReadInt32(wireType); break;
                default: reader.Skip(wireType); break;
            }
        }
        return !float.IsNaN(score)
            ? (new ScoredPiece(text, score), kind)
            : throw reader.Malformed($"the score of the piece '{text}' is not a number");
    }

    private static byte[]? ReadMap(ProtobufReader reader)
    {
        byte[]? map = null;
        while (reader.TryReadField(out var field, out var wireType))
        {
            if (field == 2)
                map = reader.ReadBytes(wireType).ToArray();
            else
                reader.Skip(wireType);
        }
        return map;
    }

    /// <summary>The training settings of a model that affect tokenization.</summary>
    private sealed record TrainingSettings
    {
        internal int ModelType { get; private set; } = Unigram;

        internal bool ByteFallback { get; private set; }

        internal int UnkId { get; private set; }

        private int BosId { get; set; } = 1;

        private int EosId { get; set; } = 2;

        private string UnkPiece { get; set; } = "<unk>";

        private string BosPiece { get; set; } = "<s>";

        private string EosPiece { get; set; } = "</s>";

        internal IReadOnlyDictionary<string, string?> SpecialTokens
        {
            get
            {
                (string Name, int Id, string Piece)[] tokens =
                    [("bos_token", BosId, BosPiece), ("eos_token", EosId, EosPiece), ("unk_token", UnkId, UnkPiece)];
                return tokens.Where(token => token.Id >= 0).ToDictionary(token => token.Name, string? (token) => token.Piece);
            }
        }

        internal static TrainingSettings Read(ProtobufReader reader)
        {
            var result = new TrainingSettings();
            while (reader.TryReadField(out var field, out var wireType))
            {
                switch (field)
                {
                    case 3: result.ModelType = reader.ReadInt32(wireType); break;
                    case 35: result.ByteFallback = reader.ReadInt32(wireType) != 0; break;
                    case 40: result.UnkId = reader.ReadInt32(wireType); break;
                    case 41: result.BosId = reader.ReadInt32(wireType); break;
                    case 42: result.EosId = reader.ReadInt32(wireType); break;
                    case 45: result.UnkPiece = reader.ReadText(wireType); break;
                    case 46: result.BosPiece = reader.ReadText(wireType); break;
                    case 47: result.EosPiece = reader.ReadText(wireType); break;
                    default: reader.Skip(wireType); break;
                }
            }
            return result;
        }
    }
}
