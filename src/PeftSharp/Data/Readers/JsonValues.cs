using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>Adds JSON values to a column: objects as structs, arrays as lists, numbers as int64 or float64.</summary>
internal static class JsonValues
{
    /// <summary>Adds a value.</summary>
    /// <param name="reader">Positioned on the first token of the value; on return, on its last token.</param>
    /// <param name="column">The column.</param>
    internal static void Add(ref Utf8JsonReader reader, ColumnBuilder column)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: column.AddNull(); break;
            case JsonTokenType.True or JsonTokenType.False: column.Add(reader.GetBoolean()); break;
            case JsonTokenType.String: column.AddText(reader.GetString()!); break;
            case JsonTokenType.Number: AddNumber(ref reader, column); break;
            case JsonTokenType.StartArray:
                var list = column.List();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Add(ref reader, list.Items);
                list.EndList();
                break;
            default:
                AddRecord(ref reader, column.Struct());
                break;
        }
    }

    /// <summary>Adds the fields of an object.</summary>
    /// <param name="reader">Positioned on the opening brace of the object; on return, on its closing brace.</param>
    /// <param name="record">The store of the structs.</param>
    /// <param name="chosen">The names of the fields to add; null: all.</param>
    internal static void AddRecord(ref Utf8JsonReader reader, StructStore record, IReadOnlyList<string>? chosen = null)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (chosen?.Contains(name) == false)
            {
                reader.Skip();
                continue;
            }
            try
            {
                Add(ref reader, record.Field(name));
            }
            catch (TypeMismatchException mismatch)
            {
                throw new DatasetException($"column '{name}': {mismatch.Message} All rows must have the same type.", mismatch);
            }
        }
        record.EndRecord();
    }

    private static void AddNumber(ref Utf8JsonReader reader, ColumnBuilder column)
    {
        if (PythonNumbers.Read(reader.ValueSpan) is { } named)
            column.Add(named);
        else if (reader.TryGetInt64(out var integer))
            column.Add(integer);
        else if (reader.ValueSpan.IndexOfAny(".eE"u8) >= 0)
            column.Add(reader.GetDouble() is var number && double.IsFinite(number) ? number
                : throw new DatasetException($"The number {System.Text.Encoding.UTF8.GetString(reader.ValueSpan)} is out of the range of "
                    + "float64. Store it as a string."));
        else
            throw new DatasetException(
                $"The integer {System.Text.Encoding.UTF8.GetString(reader.ValueSpan)} is out of the range of int64. Store it as a string.");
    }
}
