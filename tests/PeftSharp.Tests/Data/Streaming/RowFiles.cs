using Apache.Arrow;
using Apache.Arrow.Ipc;
using PeftSharp.Data;
using PeftSharp.Tests.Data.Parquet;

namespace PeftSharp.Tests.Data.Streaming;

/// <summary>Files with the columns <c>i</c> and <c>text</c>, divided into row groups or record batches.</summary>
internal static class RowFiles
{
    internal static Dataset Rows(int count) => Dataset.FromDict(
        ("i", Enumerable.Range(0, count).Select(i => (long)i).ToArray()),
        ("text", Enumerable.Range(0, count).Select(i => $"row {i} ü😀" + new string('x', i % 5)).ToArray()));

    internal static void WriteParquet(string folder, Dataset rows, int files, int rowsPerGroup)
    {
        Directory.CreateDirectory(folder);
        for (var part = 0; part < files; part++)
            ParquetFiles.Write(
                Path.Combine(folder, $"part-{part}.parquet"), Arrays(rows.Shard(files, part)), rowGroup: rowsPerGroup);
    }

    internal static void WriteArrow(string folder, Dataset rows, int files, int rowsPerBatch)
    {
        Directory.CreateDirectory(folder);
        for (var part = 0; part < files; part++)
        {
            var shard = rows.Shard(files, part);
            using var stream = File.Create(Path.Combine(folder, $"part-{part}.arrow"));
            var schema = new Schema(Arrays(shard).Select(column => new Field(column.Name, column.Values.Data.DataType, true)), null);
            using var writer = new ArrowStreamWriter(stream, schema);
            for (var row = 0; row < shard.Count; row += rowsPerBatch)
            {
                var batch = shard.Select(row..Math.Min(row + rowsPerBatch, shard.Count));
                writer.WriteRecordBatch(new RecordBatch(schema, Arrays(batch).Select(column => column.Values), batch.Count));
            }
            writer.WriteEnd();
        }
    }

    private static (string Name, IArrowArray Values)[] Arrays(Dataset rows) =>
    [
        ("i", ParquetFiles.Int64([.. rows["i"].ToArray<long>().Select(i => (long?)i)])),
        ("text", ParquetFiles.Text([.. rows["text"].GetStrings()])),
    ];
}
