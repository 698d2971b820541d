using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The model of a pipeline whose tokens a <see cref="TokenizerBackend"/> finds. It gets a whole text at once, because the backend normalizes and splits by itself.</summary>
internal sealed class BackendModel : TokenizerModel
{
    private readonly TokenizerBackend _backend;

    internal BackendModel(TokenizerBackend backend) : base(backend.Vocabulary)
    {
        _backend = backend;
        FirstFreeId = Vocabulary.Values.DefaultIfEmpty(-1).Max() + 1;
    }

    /// <summary>Above all ids of the backend, whose ids may have gaps.</summary>
    internal override int FirstFreeId { get; }

    /// <summary>The text of tokens: runs of the backend's tokens, and the texts of tokens that were added to its vocabulary.</summary>
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

    internal override JsonObject ToJson() => throw new NotSupportedException("A tokenizer that was made by FromBackend has no tokenizer.json.");

    protected override WordTokens TokenizeNew(string word)
    {
        var tokens = _backend.Tokenize(word);
        var (ids, starts, ends) = (new int[tokens.Count], new int[tokens.Count], new int[tokens.Count]);
        for (var i = 0; i < ids.Length; i++)
        {
            (ids[i], starts[i], ends[i]) = tokens[i];
            if (TokenOf(ids[i]) is null)
                throw new TokenizerException($"The tokenizer backend returned the id {ids[i]}, which its vocabulary ({Vocabulary.Count} tokens) does not have. Give it the whole vocabulary.");
            if (starts[i] < 0 || ends[i] < starts[i] || ends[i] > word.Length)
                throw new TokenizerException($"The tokenizer backend returned the range {starts[i]}..{ends[i]} for token {i} of a text of {word.Length} UTF-16 units; ranges must lie in the text.");
        }
        return new WordTokens(word, ids, starts, ends);
    }
}
