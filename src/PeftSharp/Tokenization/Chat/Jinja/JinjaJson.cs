using System.Globalization;
using System.Numerics;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The filter <c>tojson</c>: <c>json.dumps</c> of Python with the options that transformers gives it.</summary>
internal sealed class JinjaJson(JinjaRun run, bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _text = new();

    internal static string Dumps(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("tojson", "ensure_ascii?", "indent?", "separators?", "sort_keys?");
        var indent = given[1] switch
        {
            null => null,
            string spaces => spaces,
            var width when width == JinjaFrame.Missing => null,
            var width => Spaces(run, JinjaNumbers.ToInt(width)),
        };
        var (item, key) = given[2] is JinjaTuple or List<object?>
            && JinjaTypes.ToList(run, given[2]) is [var items, var keys]
            ? (JinjaTypes.Text(items), JinjaTypes.Text(keys))
            : given[2] is null || given[2] == JinjaFrame.Missing
                ? (indent is null ? ", " : ",", ": ")
                : throw new JinjaFault("The argument 'separators' of tojson must be a pair of strings.");
        var ascii = given[0] != JinjaFrame.Missing && JinjaTypes.Truth(given[0]);
        var sort = given[3] != JinjaFrame.Missing && JinjaTypes.Truth(given[3]);
        var writer = new JinjaJson(run, ascii, indent, item, key, sort);
        writer.Write(value, depth: 0);
        run.Charge(writer._text.Length);
        return writer._text.ToString();
    }

    private static string Spaces(JinjaRun run, int count)
    {
        run.RequireSize(count);
        return new string(' ', Math.Max(0, count));
    }

    private void Write(object? value, int depth)
    {
        JinjaRun.RequireStack();
        run.RequireSize(_text.Length);
        _ = value switch
        {
            string text => _text.Append(PythonJson.Quote(text, ensureAscii)),
            JinjaSafeText safe => _text.Append(PythonJson.Quote(safe.Text, ensureAscii)),
            null or bool or long or double or BigInteger => _text.Append(Scalar(value)),
            List<object?> list => WriteItems('[', list, ']', depth, item => Write(item, depth + 1)),
            JinjaTuple tuple => WriteItems('[', tuple.Items, ']', depth, item => Write(item, depth + 1)),
            JinjaDict dict => WriteItems('{', Fields(dict), '}', depth, field => WriteField(field, depth + 1)),
            _ => throw new JinjaFault($"{JinjaTypes.Describe(value)} cannot be converted to JSON."),
        };
    }

    private IEnumerable<KeyValuePair<string, object?>> Fields(JinjaDict dict)
    {
        var fields = dict.Items.Select(item => KeyValuePair.Create(Key(item.Key), item.Value));
        return sortKeys ? fields.OrderBy(field => field.Key, CodePointOrder.Instance) : fields;
    }

    private static string Key(object key) => key switch
    {
        string text => text,
        JinjaSafeText safe => safe.Text,
        null or bool or long or double or BigInteger => Scalar(key),
        _ => throw new JinjaFault($"{JinjaTypes.Describe(key)} cannot be a key in JSON."),
    };

    private void WriteField(KeyValuePair<string, object?> field, int depth)
    {
        _text.Append(PythonJson.Quote(field.Key, ensureAscii)).Append(keySeparator);
        Write(field.Value, depth);
    }

    private StringBuilder WriteItems<T>(char open, IEnumerable<T> items, char close, int depth, Action<T> write)
    {
        _text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                _text.Append(itemSeparator);
            first = false;
            NewLine(depth + 1);
            write(item);
        }
        if (!first)
            NewLine(depth);
        return _text.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is null)
            return;
        run.RequireSize(_text.Length + (long)indent.Length * depth);
        _text.Append('\n').Insert(_text.Length, indent, depth);
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => PythonFloat.Json(number),
        _ => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
    };
}
