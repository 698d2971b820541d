using System.Buffers.Text;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Writes values of columns as JSON.</summary>
/// <remarks>
/// Numbers are written with all digits, and floating-point numbers with a decimal point, so that they are read as the same type. NaN and
/// infinity are null, because JSON has no such numbers (Python writes null, too). Decimals are texts, because most readers would round
/// them. Dates and times are texts in ISO 8601 format.
/// </remarks>
internal static class JsonText
{
    /// <exception cref="DatasetException">JSON cannot represent the value.</exception>
    internal static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text:
                RequireUnicode(text);
                json.WriteStringValue(text);
                break;
            case long number: json.WriteNumberValue(number); break;
            case int number: json.WriteNumberValue(number); break;
            case double number: WriteFloat(json, number); break;
            case float number: WriteFloat(json, number); break;
            case bool boolean: json.WriteBooleanValue(boolean); break;
            case DateTime time: json.WriteStringValue(time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)); break;
            case decimal or TimeOnly or TimeSpan: json.WriteStringValue(ValueText.Of(value)); break;
            case byte[]:
                throw new DatasetException(
                    "JSON cannot hold bytes. Save the dataset as Parquet, or convert the column to text with Map, for example to base64.");
            case IReadOnlyDictionary<string, object?> record: WriteRecord(json, record); break;
            case long[] numbers: WriteItems(json, numbers, static (json, number) => json.WriteNumberValue(number)); break;
            case int[] numbers: WriteItems(json, numbers, static (json, number) => json.WriteNumberValue(number)); break;
            case double[] numbers: WriteItems(json, numbers, WriteFloat); break;
            case float[] numbers: WriteItems(json, numbers, WriteFloat); break;
            case IEnumerable items: WriteItems(json, items.Cast<object?>(), Write); break;
            default: throw new DatasetException($"Values of type {TypeName.Of(value)} cannot be written as JSON.");
        }
    }

    /// <exception cref="DatasetException">The text has half of a surrogate pair, which UTF-8 cannot represent.</exception>
    internal static void RequireUnicode(string text)
    {
        // Most texts are ASCII, for which the check is fast.
        if (!Ascii.IsValid(text) && HasLoneSurrogate(text))
            throw new DatasetException("The text contains half of a surrogate pair, so it is not valid Unicode and cannot be written as "
                + "UTF-8. Replace the text with Map.");
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                    return true;
                i++;
            }
        return false;
    }

    private static void WriteFloat(Utf8JsonWriter json, double number)
    {
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(number, text, out var length);
        WriteFloat(json, text, length, double.IsFinite(number));
    }

    private static void WriteFloat(Utf8JsonWriter json, float number)
    {
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(number, text, out var length);
        WriteFloat(json, text, length, float.IsFinite(number));
    }

    private static void WriteFloat(Utf8JsonWriter json, Span<byte> text, int length, bool isFinite)
    {
        if (!isFinite)
        {
            json.WriteNullValue();
            return;
        }
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
            (text[length++], text[length++]) = ((byte)'.', (byte)'0');
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }

    private static void WriteItems<T>(Utf8JsonWriter json, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
    }

    private static void WriteRecord(Utf8JsonWriter json, IReadOnlyDictionary<string, object?> record)
    {
        json.WriteStartObject();
        foreach (var (name, value) in record)
        {
            RequireUnicode(name);
            json.WritePropertyName(name);
            Write(json, value);
        }
        json.WriteEndObject();
    }
}
