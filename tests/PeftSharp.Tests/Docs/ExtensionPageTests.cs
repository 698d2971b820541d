using Pages.Extensions;
using Pages.MLTokenizers;

namespace PeftSharp.Tests.Docs;

/// <summary>
/// The programs of <c>docs/add-a-model.md</c>, <c>docs/add-a-tuner.md</c> and <c>docs/microsoft-ml-tokenizers.md</c> run.
/// </summary>
public sealed class ExtensionPageTests : IDisposable
{
    private readonly CurrentFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_of_the_family_is_loaded()
    {
        var printed = await Printed.By(() => Task.Run(UseFamily.Run));
        printed.Should().ContainSingle().Which.Should().StartWith("NotesForSequenceClassification: ");
    }

    [Fact]
    public async Task An_adapter_of_the_method_is_loaded()
    {
        var printed = await Printed.By(() => Task.Run(UseMethod.Run));
        printed[^1].Should().Be("PARALLEL");
    }

    [Fact]
    public async Task A_text_is_divided_into_parts_of_at_most_40_tokens()
    {
        var printed = await Printed.By(() => Task.Run(Chunks.Run));
        printed.Should().HaveCount(4).And.OnlyContain(line => line.StartsWith("25 tokens: Sentence ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_learns_with_a_tokenizer_of_Microsoft()
    {
        var printed = await Printed.By(() => Task.Run(TrainGpt2.Run));
        printed.Should().ContainSingle().Which.Should().StartWith("The movie");
    }
}
