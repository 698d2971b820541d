#region readme-write-files-usings
using PeftSharp.Data;
#endregion

namespace Pages.Data;

/// <summary>Writing Parquet, JSON and CSV files, and reading several files.</summary>
internal static class WriteFiles
{
    internal static void Run()
    {
        #region readme-write-files
        var dataset = Dataset.FromDict(("text", new[] { "good", "bad" }), ("label", new long[] { 1, 0 }))
            .CastColumn("label", new ClassLabel("negative", "positive"));
        dataset.ToParquet("reviews.parquet");                                // keeps the types and the names of the classes
        Console.WriteLine(Datasets.LoadDataset("reviews.parquet")["train"].Features["label"]);
        // ClassLabel(negative, positive)

        dataset.ToJson("reviews-1.jsonl");
        dataset.ToJson("reviews-2.jsonl.gz");                                // compressed, because of the extension
        dataset.ToCsv("reviews.csv");
        Console.WriteLine(File.ReadAllText("reviews.csv"));
        // text,label
        // good,1
        // bad,0

        var several = Datasets.LoadDataset("json", dataFiles: ["reviews-*"])["train"];
        Console.WriteLine(several.Count);
        // 4
        #endregion
    }
}
