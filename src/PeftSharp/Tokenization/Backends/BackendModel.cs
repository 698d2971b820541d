using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// The model of a pipeline whose texts are split by a <see cref="TokenizerBackend"/>. It receives the whole text between added tokens,
/// because the backend does its own normalization and pre-tokenization.
/// </summary>
internal sealed class BackendModel : TokenizerModel
{
    private readonly TokenizerBackend _backend;

    internal BackendModel(TokenizerBackend backend) : base(backend.Vocabulary)
    {
        _backend = backend;
        FirstFreeId = Vocabulary.Values.DefaultIfEmpty(-1).Max() + 1;
    }

    /// <summary>The largest id of the backend plus 1. Gaps between the ids of the backend remain unused.</summary>
    internal override int FirstFreeId { get; }

    /// <summary>Decodes tokens. The backend decodes runs of its own tokens; added tokens are decoded to their text.</summary>
    internal string Decode(IEnumerable<int> ids, AddedVocabulary added)
    {
        var text = new System.Text.StringBuilder();
        var run = new List<int>();
        foreach (var id in ids)
        {
            if (TokenOf(id) is not null)
            {
                run.Add(id);
            }
            else if (added.TokenOf(id) is { } token)
            {
                Flush();
                text.Append(token);
            }
        }
        Flush();
        return text.ToString();

        void Flush()
        {
            if (run.Count == 0)
                return;
            text.Append(_backend.Decode(run));
            run.Clear();
        }
    }

    internal override JsonObject ToJson() => throw new NotSupportedException(
        "A tokenizer created by Tokenizer.FromBackend has no tokenizer.json.");

    protected override WordTokens TokenizeNew(string word)
    {
        var tokens = _backend.Tokenize(word);
        var (ids, starts, ends) = (new int[tokens.Count], new int[tokens.Count], new int[tokens.Count]);
        for (var i = 0; i < ids.Length; i++)
        {
            (ids[i], starts[i], ends[i]) = tokens[i];
            if (TokenOf(ids[i]) is null)
                throw new TokenizerException(
                    $"The tokenizer backend returned the id {ids[i]}, which is not in its vocabulary ({Vocabulary.Count} tokens). "
                    + "TokenizerBackend.Vocabulary must contain every id that Tokenize returns.");
            if (starts[i] < 0 || ends[i] < starts[i] || ends[i] > word.Length)
                throw new TokenizerException(
                    $"The tokenizer backend returned the range {starts[i]}..{ends[i]} for token {i} of a text of {word.Length} "
                    + "UTF-16 units; ranges must lie within the text.");
        }
        return new WordTokens(word, ids, starts, ends);
    }
}
