using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>Changes names, values and the structure of JSON, and sometimes its bytes.</summary>
internal static class JsonMutator
{
    private static readonly string[] _numbers =
    [
        "0", "1", "-1", "2", "3", "7", "64", "-0", "0.5", "-2.5", "1.0", "3.0", "1e2", "1E400", "-1e400", "1e-400", "NaN", "Infinity",
        "-Infinity", "127", "255", "256", "32768", "65536", "1000000", "2147483647", "2147483648", "-2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1000000000000000019884624838656",
        "1e18", "1e19", "123456789012345678901234567890123456789012345678901234567890", "0.1", "1e-9",
    ];

    private static readonly string[] _strings =
    [
        "\"\"", "\" \"", "\"0\"", "\"-1\"", "\"null\"", "\"../outside\"", "\"/etc/hostname\"", "\"..\"", "\"a/../../b\"", "\"\\ud800\"",
        "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud83d\\ude00\"", "\"e\\u0301\"", "\"\\uffff\"", "\"İ\"", "\"%s\"",
        "\"{0}\"", "\"(\"", "\"[\"", "\"(a+)+$\"", "\"(?:a|a)*b\"", "\"\\\\p{L}+\"", "\"\\\\\"", "\"x{1000000000}\"", "\"true\"",
        "\"cuda:7\"", "\"C:\\\\x\"", "\"CON\"", "\"1e999\"", "\"２\"", "\"float32\"", "\"\\u202e\"", "\"(?<=a)*\"", "\"(?i)x\"",
        "\"\\\\1\"",
    ];

    private static readonly string[] _others = ["null", "true", "false"];

    private static readonly ConcurrentDictionary<byte[], JsonTree> _trees = new();

    internal static byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        Mutate(random, _trees.GetOrAdd(seed.Content, static content => JsonTree.Parse(content)).Copy());

    internal static byte[] Mutate(FuzzRandom random, JsonTree root)
    {
        for (var edits = random.Few(); edits > 0; edits--) Edit(random, root);
        var bytes = root.ToBytes();
        return random.Next(12) switch
        {
            0 => ByteMutator.Mutate(random, bytes),
            1 => [.. "\ufeff"u8, .. bytes],
            2 => [.. bytes, .. random.Pick<byte[]>(["\n"u8.ToArray(), " x"u8.ToArray(), "{}"u8.ToArray(), [0], [0xff]])],
            _ => bytes,
        };
    }

    private static void Edit(FuzzRandom random, JsonTree root)
    {
        var (parent, index) = Choose(random, root);
        if (parent is null)
        {
            if (random.OneIn(20)) root.Become(NewValue(random, root, root));
            return;
        }
        var (name, value) = parent.Members[index];
        switch (random.Next(10))
        {
            case 0:
                parent.Members.RemoveAt(index);
                break;
            case 1:
                parent.Members.Insert(random.Next(parent.Members.Count + 1), (name, value.Copy()));
                break;
            case 2 when parent.Kind == JsonValueKind.Object:
                parent.Members[index] = (random.OneIn(2) ? random.Pick(_strings) : Choose(random, root) is ({ } other, var at)
                    && other.Kind == JsonValueKind.Object ? other.Members[at].Name : JsonTree.Quote("x"), value);
                break;
            case 3:
                var swapped = random.Next(parent.Members.Count);
                var third = parent.Members[swapped].Value;
                parent.Members[swapped] = (parent.Members[swapped].Name, value);
                parent.Members[index] = (name, third);
                break;
            default:
                parent.Members[index] = (name, NewValue(random, root, value));
                break;
        }
    }

    /// <summary>A place in the tree. Every level has the same chance, so that a vocabulary does not get all changes.</summary>
    private static (JsonTree? Parent, int Index) Choose(FuzzRandom random, JsonTree root)
    {
        var (current, parent, index) = (root, (JsonTree?)null, 0);
        while (current.Members.Count > 0 && (parent is null || !random.OneIn(3)))
        {
            (parent, index) = (current, random.Next(current.Members.Count));
            current = parent.Members[index].Value;
        }
        return (parent, index);
    }

    private static JsonTree NewValue(FuzzRandom random, JsonTree root, JsonTree old)
    {
        switch (random.Next(14))
        {
            case 0: return JsonTree.Scalar(random.Pick(_others));
            case 1: return JsonTree.Scalar(random.Pick(_strings));
            case 2: return JsonTree.Container(isArray: random.OneIn(2));
            case 3: return JsonTree.Container(isArray: true, ("", old.Copy()));
            case 4: return JsonTree.Container(isArray: false, (random.Pick(_strings), old.Copy()));
            case 5: return Choose(random, root) is ({ } parent, var index) ? parent.Members[index].Value.Copy() : old.Copy();
            case 6: return Nested(random, old);
            case 7: return JsonTree.Scalar(JsonTree.Quote(new string(random.Pick<char>("aé あ".ToCharArray()), random.Next(1, 20_000))));
            default:
                return old.Kind switch
                {
                    JsonValueKind.Number => JsonTree.Scalar(random.OneIn(3) ? Near(random, old.Raw) : random.Pick(_numbers)),
                    JsonValueKind.String => JsonTree.Scalar(random.OneIn(2) ? random.Pick(_strings) : Edited(random, old.Raw)),
                    JsonValueKind.True => JsonTree.Scalar("false"),
                    JsonValueKind.False => JsonTree.Scalar("true"),
                    _ => JsonTree.Scalar(random.Pick(_numbers)),
                };
        }
    }

    private static JsonTree Nested(FuzzRandom random, JsonTree old)
    {
        var depth = random.OneIn(10) ? 3000 : random.Next(2, 120);
        var isArray = random.OneIn(2);
        var value = old.Copy();
        for (; depth > 0; depth--) value = JsonTree.Container(isArray, (isArray ? "" : "\"a\"", value));
        return value;
    }

    private static string Near(FuzzRandom random, string raw) =>
        double.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (random.Next(5) switch { 0 => value + 1, 1 => value - 1, 2 => -value, 3 => value * 2, _ => value / 2 })
                .ToString("R", CultureInfo.InvariantCulture) : "0";

    private static string Edited(FuzzRandom random, string raw)
    {
        var text = raw[1..^1].ToList();
        for (var edits = random.Few(); edits > 0; edits--)
            if (text.Count > 0 && random.OneIn(2)) text.RemoveAt(random.Next(text.Count));
            else text.Insert(random.Next(text.Count + 1), random.Pick<char>("aA0 _-./\\[](){}*+?|^$,:ſßéあ\u0301".ToCharArray()));
        return $"\"{string.Concat(text)}\"";
    }
}
