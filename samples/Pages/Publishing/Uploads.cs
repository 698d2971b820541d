#region readme-uploads-usings
using PeftSharp.Hub;
using PeftSharp.Models;
#endregion

namespace Pages.Publishing;

/// <summary>A model, its tokenizer and a file are uploaded to the Hugging Face Hub.</summary>
internal static class Uploads
{
    internal static async Task Run()
    {
        #region readme-uploads
        // The token with write permission is in HF_TOKEN, or 'hf auth login' has stored it.
        const string repository = "owner/my-model";
        using var model = AutoModelForSequenceClassification.FromPretrained("my-model");
        await model.PushToHubAsync(repository, isPrivate: true);
        await AutoTokenizer.FromPretrained("my-model").PushToHubAsync(repository);

        // A model card with a license. Without overwrite, a card that you have written or edited is not replaced.
        var data = new ModelCardData { License = "apache-2.0", LibraryName = "transformers" };
        var card = new ModelCard(data, "# My model\n\nIt classifies film reviews.\n");
        card.Save("my-model", overwrite: true);
        using var client = new HubClient();
        var commit = await client.UploadFolderAsync(repository, "my-model", new HubUploadOptions { CommitMessage = "Model card" });
        Console.WriteLine(string.Join(", ", commit.Files));
        #endregion
    }
}
