using System.Text.Json;

namespace PeftSharp.Data;

/// <summary>Adds JSON values to a growing column: objects are records, arrays lists, numbers int64 or float64.</summary>
internal static class JsonValues
{
    /// <param name="reader">Stands on the value's first token; stands on its last one afterwards.</param>
    /// <param name="column">What grows by the value.</param>
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

    /// <summary>Adds an object's fields.</summary>
    /// <param name="reader">Stands on the object's opening brace; stands on its closing one afterwards.</param>
    /// <param name="record">What grows by the object.</param>
    /// <param name="chosen">The names of the fields to add; null adds all.</param>
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
                throw new DatasetException($"column '{name}': {mismatch.Message} Give every row the same type.", mismatch);
            }
        }
        record.EndRecord();
    }

    private static void AddNumber(ref Utf8JsonReader reader, ColumnBuilder column)
    {
        if (PythonNumbers.Read(reader.ValueSpan) is { } named)
            column.Add(named);
        else if (reader.TryGetInt64(out var whole))
            column.Add(whole);
        else if (reader.ValueSpan.IndexOfAny(".eE"u8) >= 0)
            column.Add(reader.GetDouble() is var number && double.IsFinite(number) ? number
                : throw new DatasetException($"The number {System.Text.Encoding.UTF8.GetString(reader.ValueSpan)} is beyond float64; write it as a string."));
        else
            throw new DatasetException($"The integer {System.Text.Encoding.UTF8.GetString(reader.ValueSpan)} is beyond int64; write it as a string.");
    }
}
