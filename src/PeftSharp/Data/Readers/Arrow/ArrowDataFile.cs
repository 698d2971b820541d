using Apache.Arrow;
using Apache.Arrow.Ipc;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads an Arrow file (stream or file format). The values of the columns remain in the mapped file.</summary>
internal sealed class ArrowDataFile
{
    private const int MaxDepth = 64;

    private ArrowDataFile(MappedDataFile file, Schema schema) => (File, Schema) = (file, schema);

    internal MappedDataFile File { get; }

    internal Schema Schema { get; }

    /// <summary>The number of rows.</summary>
    internal int Rows { get; private set; }

    /// <summary>The columns of the schema, in order. Two of them may have the same name.</summary>
    internal IReadOnlyList<Column> Columns { get; private set; } = [];

    /// <param name="path">The path of the file.</param>
    /// <param name="keepInMemory">Whether the file is copied to memory.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DatasetException">The file is damaged or incomplete, has too many rows, or has an unsupported type.</exception>
    /// <exception cref="UnmappableTypeException">The file has a column that must be read to memory.</exception>
    internal static ArrowDataFile Read(string path, bool keepInMemory)
    {
        var file = MappedDataFile.Open(path, keepInMemory);
        try
        {
            var messages = new ArrowMessages(file);
            var read = new ArrowDataFile(file, ReadSchema(messages));
            read.ReadBatches(messages);
            return read;
        }
        // The metadata of a damaged file can refer to positions outside the metadata.
        catch (Exception error) when (error is not DatasetException and not UnmappableTypeException and not OutOfMemoryException)
        {
            throw new DatasetException(
                $"'{path}' cannot be read as an Arrow file: its metadata is damaged ({ErrorText.Of(error)}).", error);
        }
        finally
        {
            file.Close();
        }
    }

    private static Schema ReadSchema(ArrowMessages messages)
    {
        if (!messages.Next() || FlatTable.Root(messages.Metadata).Byte(1) != ArrowMessages.Schema)
            throw messages.Damaged("the schema is missing");
        var schema = FlatTable.Root(messages.Metadata).Table(2);
        if (schema.Int16(0) != 0)
            throw messages.Damaged("the schema says that numbers are big-endian, which is not supported");
        RequireDepth(schema, field: 1, depth: 0, messages);
        using var reader = new ArrowStreamReader(messages.Raw());
        return reader.Schema;
    }

    /// <summary>
    /// Throws if the schema is nested too deeply. Apache.Arrow reads nested fields recursively, so a malicious schema could overflow the
    /// stack.
    /// </summary>
    private static void RequireDepth(FlatTable parent, int field, int depth, ArrowMessages messages)
    {
        if (depth > MaxDepth)
            throw messages.Damaged($"the types of the schema are nested more than {MaxDepth} levels deep");
        for (var i = 0; i < parent.TableCount(field); i++)
            RequireDepth(parent.Table(field, i), field: 5, depth + 1, messages);
    }

    private void ReadBatches(ArrowMessages messages)
    {
        if (Schema.FieldsList.FirstOrDefault(field => !RecordBatchColumns.CanMap(field.DataType)) is { } field)
            throw new UnmappableTypeException(field);
        var parts = Schema.FieldsList.Select(_ => new List<ColumnData>()).ToArray();
        while (messages.Next())
        {
            if (FlatTable.Root(messages.Metadata).Byte(1) != ArrowMessages.RecordBatch)
                throw messages.Damaged("a message is not a record batch");
            var batch = new RecordBatchColumns(File, messages);
            var rows = RowLimit.Require((long)Rows + batch.Rows, $"'{File.Path}'");
            for (var i = 0; i < parts.Length; i++)
                if (batch.Next(Schema.FieldsList[i], Rows) is var part && part.Count > 0)
                    parts[i].Add(part);
            Rows = rows;
        }
        Columns = [.. parts.Select((part, i) => Schema.FieldsList[i] is var field && part.Count > 0
            ? new Column(field.Name, ChunkedData.Of(part))
            : EmptyColumn(field))];
    }

    internal static Column EmptyColumn(Field field) =>
        new(field.Name, ArrowFeatures.Of(field.DataType, leafTypes: null), new NullData(0), RowIndex.All(0));
}
