using System.Text;
using System.Text.RegularExpressions;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>Changes lines and words of text, and sometimes its bytes.</summary>
internal static partial class TextMutator
{
    private static readonly string[] _ends = ["\n", "\r\n", "\r", "", "\n\n", "\u2028", "\v"];

    /// <param name="random">The random numbers.</param>
    /// <param name="content">The valid text.</param>
    /// <param name="tokens">Texts that have a meaning in the format.</param>
    internal static byte[] Mutate(FuzzRandom random, byte[] content, params string[] tokens)
    {
        var parts = Parts().Matches(Encoding.UTF8.GetString(content)).Select(match => match.Value).ToList();
        for (var edits = random.Few() + 1; edits > 0 && parts.Count > 0; edits--)
        {
            var at = random.Next(parts.Count);
            switch (random.Next(10))
            {
                case 0:
                    parts.RemoveRange(at, Math.Min(random.Next(1, 4), parts.Count - at));
                    break;
                case 1:
                    parts.InsertRange(random.Next(parts.Count), parts.GetRange(at, Math.Min(random.Next(1, 12), parts.Count - at)));
                    break;
                case 2:
                    (parts[at], var other) = (parts[random.Next(parts.Count)], parts[at]);
                    parts[random.Next(parts.Count)] = other;
                    break;
                case 3:
                    parts.Insert(at, random.Pick(_ends));
                    break;
                case 4:
                    var length = random.Next(1, random.OneIn(10) ? 20_000 : 30);
                    parts.Insert(at, new string(random.Pick<char>("a0\"é \u0301".ToCharArray()), length));
                    break;
                case 5 when random.OneIn(4):
                    parts.RemoveRange(at, parts.Count - at);
                    break;
                default:
                    if (tokens.Length > 0) parts.Insert(at, random.Pick(tokens));
                    else parts[at] = parts[at] + parts[random.Next(parts.Count)];
                    break;
            }
        }
        var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
        return random.Next(8) switch
        {
            0 => ByteMutator.Mutate(random, bytes),
            1 when random.OneIn(3) => [.. "\ufeff"u8, .. bytes],
            2 when random.OneIn(6) => Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(string.Concat(parts))).ToArray(),
            _ => bytes,
        };
    }

    [GeneratedRegex(@"\w+|\s|[^\w\s]", RegexOptions.Singleline)]
    private static partial Regex Parts();
}
