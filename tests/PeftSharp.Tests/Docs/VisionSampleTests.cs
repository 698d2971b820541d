using PeftSharp.Kernels;

namespace PeftSharp.Tests.Docs;

/// <summary>The samples with images run to their end, with a few steps.</summary>
public sealed class VisionSampleTests : IDisposable
{
    private readonly CurrentFolder _folder = new();
    private readonly bool _allocator = FastPaths.Allocator;

    public void Dispose()
    {
        FastPaths.Allocator = _allocator;              // the samples turn it on for the whole process
        _folder.Dispose();
    }

    [Fact]
    public async Task VitShapes_trains_saves_and_classifies()
    {
        var printed = await SampleProgram.Run("VitShapes", "--train", "16", "--epochs", "1", "--output", "out");
        printed[^1].Should().StartWith($"Saved in {Path.Combine("out", "best")}. accuracy ");
        printed.Count(line => line.EndsWith(".png", StringComparison.Ordinal)).Should().Be(5);
        File.Exists(Path.Combine("out", "best", "preprocessor_config.json")).Should().BeTrue();
    }

    [Fact]
    public async Task ClipZeroShot_trains_and_classifies_and_the_saved_model_classifies_a_folder()
    {
        var printed = await SampleProgram.Run("ClipZeroShot", "--steps", "2", "--output", "out");
        printed.Should().Contain(line => line.StartsWith("pairs in no caption", StringComparison.Ordinal));
        new PeftSharp.Vision.RgbImage(8, 8).SavePng("black.png");
        printed = await SampleProgram.Run(
            "ClipZeroShot", "--model", Path.Combine("out", "model"), "--images", "black.png", "--labels", "red circle,blue cross");
        printed.Should().ContainSingle().Which.Should().StartWith("black.png: ").And.Contain("red circle").And.Contain("blue cross");
    }
}
