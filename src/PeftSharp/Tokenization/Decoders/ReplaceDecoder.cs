using System.Text;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Replaces every match of a pattern in each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    internal override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Replace);

    internal static ReplaceDecoder FromJson(JsonPart part) => new(TextPattern.FromJson(part["pattern"]), part.Text("content"));

    internal override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };

    private string Replace(string token)
    {
        var result = new StringBuilder(token.Length);
        var done = 0;
        foreach (var (start, end) in pattern.Matches(token))
        {
            result.Append(token, done, start - done).Append(content);
            done = end;
        }
        return result.Append(token, done, token.Length - done).ToString();
    }
}
