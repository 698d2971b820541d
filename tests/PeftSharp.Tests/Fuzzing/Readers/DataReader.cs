using PeftSharp.Data;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>A file of a dataset: every value of the rows that were read is used.</summary>
internal abstract class DataReader : FuzzReader
{
    internal override int ShortCount => 1000;

    internal override void Read(string folder, string file)
    {
        var data = Datasets.LoadDataset(file, split: "train");
        foreach (var row in data)
            foreach (var (_, value) in row)
                if (value is System.Collections.IEnumerable items and not string)
                    foreach (var _ in items) { }
        data.Count.Should().BeGreaterThan(-1);
    }
}
