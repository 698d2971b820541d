using Pages.Publishing;
using PeftSharp.Models;
using PeftSharp.Tests.Hub;
using PeftSharp.Tests.Training;

namespace PeftSharp.Tests.Docs;

/// <summary>The programs of <c>docs/hub.md</c> run, with a server on this machine.</summary>
public sealed class HubPageTests : IDisposable
{
    private readonly CurrentFolder _folder = new();
    private readonly UploadServer _server = new();
    private readonly List<(string Name, string? Value)> _before = [];

    public void Dispose()
    {
        foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_is_uploaded_with_its_tokenizer_and_its_card()
    {
        using (var model = TinyRun.Model()) model.SavePretrained("my-model");
        var words = Path.Combine(ReferenceRoot.Repository, "tests/fixtures/tokenizers/tiny-bert");
        AutoTokenizer.FromPretrained(words).SavePretrained("my-model");
        UseServer();

        var printed = await Printed.By(Uploads.Run);

        printed.Should().Equal("README.md");
        var repository = _server.Repositories["owner/my-model"];
        repository.IsPrivate.Should().BeTrue();
        repository.Titles.Should().Equal("Upload model", "Upload tokenizer", "Model card");
        repository.Files.Keys.Should().BeEquivalentTo(
            "README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
        repository.Text("README.md").Should().Contain("license: apache-2.0");
    }

    [Fact]
    public async Task A_dataset_is_uploaded_and_loaded_by_its_name()
    {
        UseServer();

        var printed = await Printed.By(DatasetUploads.Run);

        printed.Should().Equal("train, test, validation", "ClassLabel(negative, positive)");
        var repository = _server.Repositories["datasets/owner/reviews"];
        repository.IsPrivate.Should().BeTrue();
        repository.Titles.Should().Equal("Upload dataset", "Add a split");
    }

    private void UseServer()
    {
        foreach (var (name, value) in new[]
        {
            ("HF_ENDPOINT", _server.Address.ToString()), ("HF_TOKEN", UploadServer.Token), ("HF_HUB_OFFLINE", "0"),
            ("HF_HUB_CACHE", Path.GetFullPath("cache")),
        })
        {
            _before.Add((name, Environment.GetEnvironmentVariable(name)));
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
