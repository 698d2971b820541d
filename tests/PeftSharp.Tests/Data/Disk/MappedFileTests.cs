using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using PeftSharp.Data;
using Column = PeftSharp.Data.Column;

namespace PeftSharp.Tests.Data;

/// <summary>Columns in mapped files: how long the mapping exists, and other kinds of Arrow files.</summary>
public sealed class MappedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [SkippableFact]
    public void A_file_is_mapped_as_long_as_a_column_uses_it_and_closed_at_once()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The test reads /proc.");
        SavedDatasets.AllTypes(50).SaveToDisk(_folder.File("saved"));
        Use();
        Collect();
        IsMapped().Should().BeFalse();

        // Variables of this method would keep the column until its end.
        [MethodImpl(MethodImplOptions.NoInlining)]
        void Use()
        {
            var column = Load();
            Collect();
            IsMapped().Should().BeTrue();
            OpenFiles().Should().NotContain(name => name.StartsWith(_folder.Path, StringComparison.Ordinal));
            column.GetInt32s(7).ToArray().Should().Equal(7, 8);
            GC.KeepAlive(column);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        Column Load() => Dataset.LoadFromDisk(_folder.File("saved"))["ids"];

        bool IsMapped() => File.ReadLines("/proc/self/maps").Any(line => line.Contains(_folder.Path, StringComparison.Ordinal));

        static void Collect()
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        static IEnumerable<string> OpenFiles() => new DirectoryInfo("/proc/self/fd").GetFileSystemInfos()
            .Select(entry => entry.LinkTarget ?? "");
    }

    [SkippableFact]
    public void Opening_a_saved_dataset_reads_no_page_of_the_mapped_file()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The pages of a process are read from /proc.");
        SavedDatasets.AllTypes(2000).SaveToDisk(_folder.File("opened"));
        var dataset = Dataset.LoadFromDisk(_folder.File("opened"));
        ResidentKilobytes().Should().Equal(0);
        _ = dataset["int64"].ToArray();
        ResidentKilobytes().Should().ContainSingle().Which.Should().BePositive();

        // A mapping is a line with its path and lines with its properties, such as "Rss:  4 kB".
        int[] ResidentKilobytes() => [.. File.ReadLines("/proc/self/smaps")
            .SkipWhile(line => !line.EndsWith(_folder.File("opened/data-00000-of-00001.arrow"), StringComparison.Ordinal))
            .Where(line => line.StartsWith("Rss:", StringComparison.Ordinal)).Take(1)
            .Select(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                System.Globalization.CultureInfo.InvariantCulture))];
    }

    [Fact]
    public void Spans_rows_and_columns_stay_valid_while_threads_read_and_datasets_are_collected()
    {
        var dataset = SavedDatasets.AllTypes(200);
        dataset.SaveToDisk(_folder.File("saved"), numShards: 3);
        var expected = Enumerable.Range(0, 200).Select(row => SavedDatasets.Text(dataset["ids"][row])).ToArray();
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var row = i % 200;
            var span = SpanOf(row);                              // the dataset is unreachable now
            if (i % 20 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            var ids = span.ToArray();
            if (dataset["ids"].IsNull(row))
                ids.Should().BeEmpty();
            else
                SavedDatasets.Text(ids).Should().Be(expected[row]);
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        ReadOnlySpan<int> SpanOf(int row)
        {
            var loaded = Dataset.LoadFromDisk(_folder.File("saved"));
            return loaded["ids"].IsNull(row) ? [] : loaded["ids"].GetInt32s(row);
        }
    }

    [Fact]
    public void Files_in_the_file_format_and_dictionaries_are_loaded_by_LoadDataset()
    {
        var colors = new StringArray.Builder().Append("red").Append("blue").Build();
        var indices = new Int8Array.Builder().Append(1).Append(0).AppendNull().Build();
        var dictionary = new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), indices, colors);
        var numbers = new Int64Array.Builder().Append(1).Append(2).Append(3).Build();
        var schema = new Schema([new Field("color", dictionary.Data.DataType, true), new Field("n", Int64Type.Default, true)], null);
        using (var writer = new ArrowFileWriter(File.Create(_folder.File("colors.arrow")), schema, leaveOpen: false))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, [dictionary, numbers], 3));
            writer.WriteEnd();
        }
        var loaded = Datasets.LoadDataset("arrow", new Dictionary<string, string> { ["train"] = _folder.File("colors.arrow") })["train"];
        loaded["color"].ToArray().Should().Equal(["blue", "red", null]);
        loaded["n"].ToArray<long>().Should().Equal(1, 2, 3);
        Datasets.LoadDataset(_folder.File("colors.arrow"), "train[:2]", new DatasetLoadOptions { Columns = ["n"] }).ColumnNames
            .Should().Equal("n");
    }

    [Fact]
    public void A_folder_of_data_ignores_saved_datasets_in_it()
    {
        File.WriteAllText(_folder.File("train.jsonl"), """{"text": "a"}""");
        SavedDatasets.AllTypes(5).SaveToDisk(_folder.File("cache/entry"));
        Datasets.LoadDataset(_folder.Path)["train"].ColumnNames.Should().Equal("text");
    }
}
