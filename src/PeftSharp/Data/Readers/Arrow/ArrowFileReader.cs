using Apache.Arrow;
using Apache.Arrow.Ipc;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads Arrow files for <c>LoadDataset</c>.</summary>
/// <remarks>
/// The values remain in the mapped file. Compressed columns, and files with types that the .NET library of Arrow decodes to other arrays
/// (dictionaries, views), are read to memory.
/// </remarks>
internal static class ArrowFileReader
{
    internal static Dataset Read(string file, DatasetLoadOptions options)
    {
        options.Reading.ThrowIfCancelled();
        var (schema, columns) = ReadColumns(file);
        var names = ColumnChoice.Of(options.Columns, [.. columns.Select(column => column.Name)], file);
        var features = HuggingFaceFeatures.Read(Metadata(schema), file);
        return Dataset.FromColumns(
            names.Select(name => WithDeclaredFeature(columns.Single(column => column.Name == name), features, file)));
    }

    /// <summary>Returns the metadata of a schema. Apache.Arrow returns null if there are no entries.</summary>
    internal static IReadOnlyDictionary<string, string> Metadata(Schema schema) => schema.Metadata ?? new Dictionary<string, string>();

    /// <summary>Returns the column with the class names of its declared type.</summary>
    /// <remarks>The class ids of a mapped file are not checked, as in Python, because the check would read the whole file.</remarks>
    /// <exception cref="DatasetException">The values cannot be converted to the declared type.</exception>
    internal static Column WithDeclaredFeature(
        Column column, IReadOnlyDictionary<string, System.Text.Json.JsonElement> features, string file)
    {
        if (!features.TryGetValue(column.Name, out var declared))
            return column;
        var feature = HuggingFaceFeatures.Refine(column.Feature, declared);
        if (StoresClassIds(column.Feature, feature))
            return column.WithFeature(feature);
        try
        {
            return ColumnCast.Cast(column, feature);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"'{file}': {error.Message}", error);
        }
    }

    /// <summary>Returns whether the types are equal, except that stored integers are declared as class ids.</summary>
    private static bool StoresClassIds(Feature stored, Feature declared) => (stored, declared) switch
    {
        (Value { Dtype: "int64" }, ClassLabel) => true,
        (Sequence list, Sequence other) => StoresClassIds(list.Element, other.Element),
        (Struct record, Struct other) => record.Fields.Keys.SequenceEqual(other.Fields.Keys)
            && record.Fields.All(field => StoresClassIds(field.Value, other.Fields[field.Key])),
        _ => stored == declared,
    };

    private static (Schema Schema, IReadOnlyList<Column> Columns) ReadColumns(string file)
    {
        try
        {
            var mapped = ArrowDataFile.Read(file, keepInMemory: false);
            return (mapped.Schema, mapped.Columns);
        }
        catch (UnmappableTypeException)
        {
            return ReadToMemory(file);
        }
    }

    private static bool IsFileFormat(string path)
    {
        var file = MappedDataFile.Open(path);
        try
        {
            return new ArrowMessages(file).IsFileFormat;
        }
        finally
        {
            file.Close();
        }
    }

    private static (Schema Schema, IReadOnlyList<Column> Columns) ReadToMemory(string file)
    {
        try
        {
            using var stream = System.IO.File.OpenRead(file);
            using ArrowStreamReader reader = IsFileFormat(file)
                ? new Apache.Arrow.Ipc.ArrowFileReader(stream, new CompressedBuffers())
                : new ArrowStreamReader(stream, new CompressedBuffers());
            var parts = new List<ColumnData>[reader.Schema.FieldsList.Count];
            for (var i = 0; i < parts.Length; i++)
                parts[i] = [];
            while (reader.ReadNextRecordBatch() is { } batch)
                using (batch)
                    for (var i = 0; i < parts.Length; i++)
                        parts[i].Add(new ArrowColumn(leafTypes: null).Convert(batch.Column(i)));
            return (reader.Schema, [.. reader.Schema.FieldsList.Select((field, i) => parts[i].Any(part => part.Count > 0)
                ? new Column(field.Name, ChunkedData.Of(parts[i]))
                : ArrowDataFile.EmptyColumn(field))]);
        }
        catch (Exception error) when (error is not DatasetException and not OutOfMemoryException)
        {
            throw new DatasetException($"'{file}' cannot be read as an Arrow file: {ErrorText.Of(error)}", error);
        }
    }
}
