using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Adds special tokens to a text or a pair by a template.</summary>
internal sealed class TemplateProcessing : PostProcessor
{
    private readonly IReadOnlyDictionary<string, (int[] Ids, string[] Tokens)> _specialTokens;

    /// <param name="single">The template for a single text.</param>
    /// <param name="pair">The template for a pair.</param>
    /// <param name="specialTokens">The ids and tokens by name.</param>
    /// <exception cref="TokenizerException">A special token is not defined, or a template does not contain a text.</exception>
    internal TemplateProcessing(
        IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair,
        IReadOnlyDictionary<string, (int[] Ids, string[] Tokens)> specialTokens)
    {
        (Single, Pair, _specialTokens) = (single, pair, specialTokens);
        foreach (var piece in single.Concat(pair))
            if (piece.Name is { } name && !specialTokens.ContainsKey(name))
                throw new TokenizerException($"The template of the post-processor uses the special token '{name}', "
                    + "which the field special_tokens of the post-processor does not define. Defined tokens: "
                    + $"{NameList.Of(specialTokens.Keys)}.");
        if (single.Any(piece => piece.Text == 1) || !pair.Any(piece => piece.Text == 0) || !pair.Any(piece => piece.Text == 1))
            throw new TokenizerException("The templates of the post-processor must contain A for single texts, and A and B for pairs.");
    }

    internal IReadOnlyList<TemplatePiece> Single { get; }

    internal IReadOnlyList<TemplatePiece> Pair { get; }

    /// <summary>
    /// Whether overflowing parts of a text get their token types from the template, instead of from the index of the text.
    /// </summary>
    internal bool TypesOverflow { get; private init; }

    internal TemplateProcessing WithTypedOverflow() => new(Single, Pair, _specialTokens) { TypesOverflow = true };

    internal override TemplateProcessing Template => this;

    /// <summary>The template without special tokens.</summary>
    internal static TemplateProcessing Plain { get; } = Of("$A:0", "$A:0 $B:1");

    internal int[] IdsOf(TemplatePiece piece) => piece.Name is null ? [] : _specialTokens[piece.Name].Ids;

    internal int AddedTokens(bool isPair) => (isPair ? Pair : Single).Sum(piece => IdsOf(piece).Length);

    /// <summary>
    /// Parses a short form, in which <c>$A:0</c> is text A with token type 0 and <c>[SEP]:1</c> a special token with type 1.
    /// </summary>
    internal static TemplateProcessing Of(string single, string pair, params ReadOnlySpan<(string Token, int Id)> specialTokens)
    {
        var tokens = new Dictionary<string, (int[], string[])>(StringComparer.Ordinal);
        foreach (var (token, id) in specialTokens)
            tokens[token] = ([id], [token]);
        return new TemplateProcessing(Pieces(single, tokens.Keys), Pieces(pair, tokens.Keys), tokens);
    }

    internal static TemplateProcessing FromJson(JsonPart part)
    {
        var specialTokens = new Dictionary<string, (int[], string[])>(StringComparer.Ordinal);
        if (part["special_tokens"] is { Element.ValueKind: JsonValueKind.Object } tokens)
            foreach (var entry in tokens.Element.EnumerateObject())
                specialTokens[entry.Name] = (tokens[entry.Name].Numbers("ids"), tokens[entry.Name].Texts("tokens"));
        return new TemplateProcessing(
            [.. part.Items("single").Select(TemplatePiece.FromJson)],
            [.. part.Items("pair").Select(TemplatePiece.FromJson)],
            specialTokens);
    }

    internal override JsonObject ToJson()
    {
        var tokens = new JsonObject();
        foreach (var (name, (ids, texts)) in _specialTokens.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            tokens[name] = new JsonObject
            {
                ["id"] = name, ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]),
                ["tokens"] = new JsonArray([.. texts.Select(text => (JsonNode)text)]),
            };
        return new JsonObject
        {
            ["type"] = "TemplateProcessing", ["single"] = ToJson(Single), ["pair"] = ToJson(Pair), ["special_tokens"] = tokens,
        };
    }

    private static JsonArray ToJson(IEnumerable<TemplatePiece> pieces) => new([.. pieces.Select(piece => new JsonObject
    {
        [piece.Text is null ? "SpecialToken" : "Sequence"] = new JsonObject
        {
            ["id"] = piece.Text switch { null => piece.Name, 0 => "A", _ => "B" }, ["type_id"] = piece.TypeId,
        },
    })]);

    /// <summary>
    /// Parses the pieces of the short form. A special token can contain spaces and colons, so its text is searched first.
    /// </summary>
    private static TemplatePiece[] Pieces(string template, IEnumerable<string> tokens)
    {
        string[] names = ["$A", "$B", .. tokens.OrderByDescending(token => token.Length)];
        var pieces = new List<TemplatePiece>();
        for (var at = 0; at < template.Length; at++)                       // skips the space after a piece
        {
            var rest = template[at..];
            var name = Array.Find(names, name => IsPiece(rest, name)) ?? UnknownName(rest, template);
            at += name.Length + 2;
            var type = template[at - 1] - '0';
            pieces.Add(name is "$A" or "$B" ? new TemplatePiece(name == "$A" ? 0 : 1, null, type) : new TemplatePiece(null, name, type));
        }
        return [.. pieces];
    }

    private static bool IsPiece(string text, string name) => text.StartsWith(name, StringComparison.Ordinal)
        && text.AsSpan(name.Length) is [':', >= '0' and <= '9'] or [':', >= '0' and <= '9', ' ', ..];

    private static string UnknownName(string text, string template) =>
        text.Split(' ')[0] is [.., ':', >= '0' and <= '9'] piece ? piece[..^2]
        : throw new TokenizerException($"The template '{template}' contains '{text.Split(' ')[0]}' without a token type, such as ':0'.");
}
