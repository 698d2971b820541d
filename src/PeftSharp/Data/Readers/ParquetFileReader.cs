using Parquet;
using Parquet.Schema;

namespace PeftSharp.Data;

/// <summary>Reads a Parquet file as Arrow, pandas and <c>datasets</c> write it, with lists, records, and the class names that <c>datasets</c> keeps in it.</summary>
internal static class ParquetFileReader
{
    internal static Dataset Read(string file)
    {
        try
        {
            // Off the caller's thread: a synchronization context (of a user interface) must not wait for itself.
            return Task.Run(() => ReadAsync(file)).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is ParquetException or IOException or InvalidOperationException or ArgumentException or NotSupportedException or IndexOutOfRangeException or OverflowException)
        {
            if (error is FileNotFoundException)
                throw;
            throw new DatasetException($"'{file}' cannot be read as Parquet: {error.Message}", error);
        }
    }

    private static async Task<Dataset> ReadAsync(string file)
    {
        await using var reader = await ParquetReader.CreateAsync(file).ConfigureAwait(false);
        var names = HuggingFaceFeatures.Read(reader.CustomMetadata, file);
        var columns = new List<Column>();
        foreach (var field in reader.Schema.Fields)
        {
            var data = ChunkedData.Of(await ReadColumnAsync(reader, field, file).ConfigureAwait(false));
            var column = new Column(field.Name, data);
            columns.Add(names.TryGetValue(field.Name, out var feature) ? ColumnCast.Cast(column, feature) : column);
        }
        return Dataset.FromColumns(columns);
    }

    private static async Task<List<ColumnData>> ReadColumnAsync(ParquetReader reader, Field field, string file)
    {
        var parts = new List<ColumnData>();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            try
            {
                var leaves = new Dictionary<DataField, ParquetLeaf>();
                foreach (var leaf in Leaves(field))
                    leaves.Add(leaf, await ParquetLeaf.ReadAsync(rows, leaf).ConfigureAwait(false));
                parts.Add(ParquetAssembly.Assemble(field, leaves, checked((int)rows.RowCount)));
            }
            catch (Exception error) when (error is NotImplementedException or IndexOutOfRangeException)
            {
                // Parquet.Net 6.1 decodes no lists, and no columns without any value, in data pages of version 2.
                throw new DatasetException($"'{file}', column '{field.Name}', row group {group}: its data pages cannot be decoded. Write the file with pages of version 1 (in Arrow: data_page_version=\"1.0\", the default).", error);
            }
            catch (Exception error) when (error is not DatasetException and not OutOfMemoryException)
            {
                throw new DatasetException($"'{file}', column '{field.Name}', row group {group}: {error.Message}", error);
            }
            catch (DatasetException error)
            {
                throw new DatasetException($"'{file}', column '{field.Name}': {error.Message}", error);
            }
        }
        return parts.Count > 0 ? parts : [new NullData(0)];
    }

    private static IEnumerable<DataField> Leaves(Field field) => field switch
    {
        DataField leaf => [leaf],
        ListField list => Leaves(list.Item),
        StructField record => record.Fields.SelectMany(Leaves),
        _ => throw new DatasetException($"A column of the kind {field.SchemaType} cannot be read; write it as lists or records."),
    };
}
