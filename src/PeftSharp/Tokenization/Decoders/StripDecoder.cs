using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Removes a character from the start and the end of each token, up to a maximum number of times.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : Decoder
{
    internal override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    internal static StripDecoder FromJson(JsonPart part) => new(part.Character("content"), part.Number("start"), part.Number("stop"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Strip", ["content"] = content.ToString(), ["start"] = start, ["stop"] = stop };

    private string Strip(string token)
    {
        var (first, last) = (0, token.Length);
        while (first < Math.Min(start, token.Length) && token[first] == content)
            first++;
        while (token.Length - last < stop && last > first && token[last - 1] == content)
            last--;
        return token[first..last];
    }
}
