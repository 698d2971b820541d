#region readme-dataset-uploads-usings
using PeftSharp.Data;
using PeftSharp.Hub;
#endregion

namespace Pages.Publishing;

/// <summary>A dataset is uploaded to the Hugging Face Hub and loaded by its name.</summary>
internal static class DatasetUploads
{
    internal static async Task Run()
    {
        #region readme-dataset-uploads
        var reviews = Dataset.FromDict(("text", new[] { "good", "bad", "fine" }), ("label", new long[] { 1, 0, 1 }))
            .CastColumn("label", new ClassLabel("negative", "positive"));
        await reviews.TrainTestSplit(testSize: 1, seed: 1).PushToHubAsync("owner/reviews", isPrivate: true);

        // Another split of the same repository. The other splits and the text of the card are kept.
        await reviews.PushToHubAsync("owner/reviews", split: "validation", options: new HubUploadOptions { CommitMessage = "Add a split" });

        var loaded = Datasets.LoadDataset("owner/reviews");
        Console.WriteLine(string.Join(", ", loaded.Keys));
        // train, test, validation
        Console.WriteLine(loaded["validation"].Features["label"]);
        // ClassLabel(negative, positive)
        #endregion
    }
}
