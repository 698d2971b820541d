using System.Text.Json.Nodes;
using PeftSharp.Serialization;
using PeftSharp.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Vision;

/// <summary>Image processors, compared with those of transformers for Pillow.</summary>
public sealed class ImageProcessorTests : IDisposable
{
    /// <summary>Twelve steps of 255, divided by the smallest standard deviation: the spread of JPEG decoders (see RgbImageTests).</summary>
    private const double LargestJpegDifference = 12 / 255.0 / 0.26;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private static string Images => Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "vision", "images");

    [SkippableTheory, Trait("Category", "Parity")]
    [InlineData("vit-16"), InlineData("vit-40"), InlineData("clip-16"), InlineData("clip-24")]
    public void Every_recorded_image_becomes_the_recorded_pixels(string name)
    {
        var expected = Safetensors.Load(ReferenceRoot.Require("images", "expected.safetensors"));
        var processor = AutoImageProcessor.FromPretrained(ReferenceRoot.Require("images", name));
        var cases = expected.Where(pair => pair.Key.StartsWith(name, StringComparison.Ordinal)).ToArray();
        cases.Should().HaveCount(9);
        foreach (var (key, pixels) in cases)
        {
            var file = key[(name.Length + 1)..];
            var found = processor.Process(RgbImage.Load(ReferenceRoot.Require("images", file)))[0];
            if (file.EndsWith(".jpg", StringComparison.Ordinal))
                (pixels - found).abs().max().item<float>().Should().BeLessThan((float)LargestJpegDifference, key);
            else Close.Equal(pixels, found, 0, key);
        }
    }

    [Theory]
    [InlineData("vit-older"), InlineData("clip-older"), InlineData("padded"), InlineData("plain"), InlineData("unscaled")]
    public void Older_and_unusual_configurations_give_the_pixels_of_transformers(string name)
    {
        var expected = Safetensors.Load(Path.Combine(Images, "..", "images.safetensors"));
        var image = RgbImage.Load(Path.Combine(Images, "noise.png"));
        var processor = AutoImageProcessor.FromPretrained(Path.Combine(Images, name));
        Close.Equal(expected[name], processor.Process(image)[0], 0, name);
        processor.SavePretrained(_folder.Path);
        var loaded = AutoImageProcessor.FromPretrained(_folder.Path);
        loaded.Config.Should().BeEquivalentTo(processor.Config);
        Close.Equal(expected[name], loaded.Process(image)[0], 0, $"{name}, saved");
    }

    [Theory]
    [InlineData("do_pad", "true", "do_pad"), InlineData("size", "{\"longest_edge\": 20}", "size.longest_edge")]
    [InlineData("size", "{\"height\": 20}", "size"), InlineData("resample", "7", "resample")]
    [InlineData("resample", "\"bilinear\"", "resample")]
    [InlineData("image_std", "[0.5, 0, 0.5]", "image_std"), InlineData("image_mean", "[0.5]", "image_mean")]
    [InlineData("image_processor_type", "\"DeiTImageProcessor\"", "DeiTImageProcessor"), InlineData("crop_pct", "0.9", "crop_pct")]
    [InlineData("do_resize", "\"yes\"", "do_resize"), InlineData("crop_size", "{\"shortest_edge\": 20}", "crop_size")]
    public void What_a_configuration_asks_and_the_library_does_not_do_is_refused_by_name(string field, string value, string named)
    {
        var json = new JsonObject { ["image_processor_type"] = "CLIPImageProcessor", [field] = JsonNode.Parse(value) };
        Write(json.ToJsonString());
        FluentActions.Invoking(() => AutoImageProcessor.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain(named).And.Contain("preprocessor_config.json");
    }

    [Fact]
    public void A_missing_file_and_a_malformed_one_are_named()
    {
        FluentActions.Invoking(() => AutoImageProcessor.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("preprocessor_config.json");
        Write("{\"size\": ");
        FluentActions.Invoking(() => AutoImageProcessor.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("is not valid JSON");
        Write("[]");
        FluentActions.Invoking(() => AutoImageProcessor.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("does not contain a JSON object");
    }

    [Theory]
    [InlineData("vit", 224, 224), InlineData("clip", null, null)]
    public void Without_a_class_the_type_of_the_model_determines_it(string modelType, int? height, int? width)
    {
        Write("{}");
        File.WriteAllText(Path.Combine(_folder.Path, "config.json"), $"{{\"model_type\": \"{modelType}\"}}");
        var size = AutoImageProcessor.FromPretrained(_folder.Path).Config.Size;
        (size.Height, size.Width).Should().Be((height, width));
    }

    [Fact]
    public void The_file_of_a_processor_for_texts_and_images_contains_the_image_processor()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "processor_config.json"),
            """{"image_processor": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 30}}}""");
        AutoImageProcessor.FromPretrained(_folder.Path).Config.Size.ShortestEdge.Should().Be(30);
    }

    [Fact]
    public void Images_that_keep_different_sizes_cannot_be_stacked()
    {
        var processor = new ImageProcessor(ImageProcessorConfig.Clip with { Size = new ImageSize(ShortestEdge: 8), DoCenterCrop = false });
        processor.Process(new RgbImage(20, 10)).shape.Should().Equal(1, 3, 8, 16);
        FluentActions.Invoking(() => processor.Process(new RgbImage(20, 10), new RgbImage(10, 20)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("16 x 8 and 8 x 16");
        FluentActions.Invoking(() => processor.Process()).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new ImageProcessor(ImageProcessorConfig.Vit with { Size = new ImageSize(0, 3), ImageStd = [0, 1, 1] }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("size").And.Contain("image_std");
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_folder.Path, "preprocessor_config.json"), json);
}
