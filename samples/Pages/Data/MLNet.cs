#region readme-ml-net-usings
using Microsoft.ML;
using PeftSharp.Data;
using PeftSharp.DataView;
#endregion

namespace Pages.Data;

/// <summary>Tables of ML.NET.</summary>
internal static class MLNet
{
    internal static void Run()
    {
        #region readme-ml-net
        var context = new MLContext(seed: 0);
        var reviews = context.Data.LoadFromEnumerable([new Review("good film", "positive"), new Review("bad film", "negative")]);
        var withKeys = context.Transforms.Conversion.MapValueToKey("label", nameof(Review.Sentiment)).Fit(reviews).Transform(reviews);

        var dataset = Dataset.FromDataView(withKeys);                        // the key becomes a ClassLabel
        Console.WriteLine(dataset.Head());
        // Text       Sentiment  label
        // string     string     class
        // ---------  ---------  ------------
        // good film  positive   0 (positive)
        // bad film   negative   1 (negative)
        // 2 of 2 rows, 3 columns

        foreach (var column in dataset.ToDataView().Schema)
            Console.WriteLine($"{column.Name}: {column.Type}");
        // Text: String
        // Sentiment: String
        // label: Key<UInt32, 0-1>
        #endregion
    }

    #region readme-ml-net-types
    internal sealed record Review(string Text, string Sentiment);
    #endregion
}
