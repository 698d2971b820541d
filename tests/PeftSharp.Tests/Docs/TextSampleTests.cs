using PeftSharp.Kernels;

namespace PeftSharp.Tests.Docs;

/// <summary>The samples with texts run to their end, with a few steps.</summary>
public sealed class TextSampleTests : IDisposable
{
    private readonly CurrentFolder _folder = new();
    private readonly bool _allocator = FastPaths.Allocator;
    private readonly TextReader _input = Console.In;

    public void Dispose()
    {
        Console.SetIn(_input);
        FastPaths.Allocator = _allocator;              // the samples turn it on for the whole process
        _folder.Dispose();
    }

    [Fact]
    public async Task NamedEntities_trains_a_model_and_an_adapter_for_it_and_prints_the_scores_of_each_type()
    {
        var printed = await SampleProgram.Run("NamedEntities", "--train", "48", "--epochs", "1", "--output", "out");
        foreach (var row in new[] { "LOC", "ORG", "PER", "micro avg" })
            printed.Should().Contain(line => line.StartsWith(row + " ", StringComparison.Ordinal));
        printed.Should().Contain("Nobody answered the telephone.");
        printed[^1].Should().StartWith($"Saved in {Path.Combine("out", "best")}. f1 ");
        printed = await SampleProgram.Run(
            "NamedEntities", "--train", "16", "--epochs", "1", "--output", "adapted", "--lora", "2",
            "--model", Path.Combine("out", "best"));
        printed.Should().Contain(line => line.StartsWith("trainable params", StringComparison.Ordinal));
        File.Exists(Path.Combine("adapted", "best", "adapter_config.json")).Should().BeTrue();
        File.Exists(Path.Combine("adapted", "best", "model.safetensors")).Should().BeFalse();
    }

    [Fact]
    public async Task QwenChat_trains_saves_the_adapter_and_answers_what_is_entered()
    {
        Console.SetIn(new StringReader("What is the capital of Peru?\nThank you!\n\nnot read"));
        var printed = await SampleProgram.Run("QwenChat", "--epochs", "1", "--output", "out");
        printed.Should().Contain(line => line.StartsWith("Trained and saved in", StringComparison.Ordinal));
        printed.Should().Contain("Ask a question; an empty line ends the conversation.");
        File.Exists(Path.Combine("out", "adapter", "adapter_model.safetensors")).Should().BeTrue();
        Assert.Equal("not read", await Console.In.ReadLineAsync());
    }

    [Theory, InlineData("NamedEntities"), InlineData("QwenChat"), InlineData("VitShapes"), InlineData("ClipZeroShot")]
    public async Task An_unknown_option_ends_the_program_with_a_list_of_the_options(string sample)
    {
        var error = Console.Error;
        using var written = new StringWriter();
        Console.SetError(written);
        try { await SampleProgram.Run(sample, expected: 2, "--colour", "red"); }
        finally { Console.SetError(error); }
        written.ToString().Should().Contain("'--colour'").And.Contain("--output");
    }
}
