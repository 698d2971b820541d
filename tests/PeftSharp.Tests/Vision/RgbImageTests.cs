using PeftSharp.Serialization;
using PeftSharp.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Vision;

/// <summary>Decoding and resizing, compared with Pillow (tests/fixtures/vision/make_images.py and the recorded images).</summary>
public sealed class RgbImageTests : IDisposable
{
    /// <summary>
    /// Pillow's libjpeg-turbo interpolates colors of lower resolution linearly, the decoder of the Independent JPEG Group (from version 7)
    /// with the inverse cosine transform; the standard allows both. Without lower resolution, bytes differ by at most 1.
    /// </summary>
    private const int LargestJpegDifference = 12;
    private const double MeanJpegDifference = 1;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    private static string Folder => Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "vision");

    private static Dictionary<string, Tensor> Expected() => Safetensors.Load(Path.Combine(Folder, "images.safetensors"));

    public static TheoryData<string> Files => new(
        Directory.GetFiles(Path.Combine(Folder, "images")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);

    public static TheoryData<string> Recorded => new(
        ["alpha.png", "gray.png", "noise.png", "one-pixel.png", "palette.png", "smooth.bmp", "smooth.jpg", "smooth.png", "tall.png"]);

    [Theory, MemberData(nameof(Files))]
    public void A_file_is_decoded_as_by_Pillow(string file) =>
        Compare(Expected()[$"decoded.{file}"], RgbImage.Load(Path.Combine(Folder, "images", file)), file);

    [SkippableTheory, MemberData(nameof(Recorded)), Trait("Category", "Parity")]
    public void A_recorded_file_is_decoded_as_by_Pillow(string file)
    {
        var expected = Safetensors.Load(ReferenceRoot.Require("images", "expected.safetensors"));
        Compare(expected[$"decoded.{file}"], RgbImage.Load(ReferenceRoot.Require("images", file)), file);
    }

    [Fact]
    public void Every_filter_gives_the_bytes_of_Pillow()
    {
        var noise = RgbImage.Load(Path.Combine(Folder, "images", "noise.png"));
        var cases = Expected().Where(pair => pair.Key.StartsWith("resized.", StringComparison.Ordinal)).ToArray();
        cases.Should().HaveCount(6 * 5);
        foreach (var (name, expected) in cases)
        {
            var filter = Enum.Parse<Resample>(name.Split('.')[1], ignoreCase: true);
            Compare(expected, noise.Resize((int)expected.shape[1], (int)expected.shape[0], filter), name);
        }
    }

    [Fact]
    public void A_written_file_has_the_same_pixels()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "image.png");
        var noise = RgbImage.Load(Path.Combine(Folder, "images", "noise.png"));
        noise.SavePng(path);
        RgbImage.Load(path).Pixels.ToArray().Should().Equal(noise.Pixels.ToArray());
        Directory.GetFiles(folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void A_part_outside_of_the_image_is_black_and_a_mirror_image_of_a_mirror_image_is_the_image()
    {
        var image = new RgbImage(2, 1, [1, 2, 3, 4, 5, 6]);
        image.Crop(1, 0, 2, 2).Pixels.ToArray().Should().Equal(4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        image.Crop(-1, -1, 2, 2).Pixels.ToArray().Should().Equal(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3);
        image.Crop(5, 5, 1, 1).Pixels.ToArray().Should().Equal(0, 0, 0);
        image.FlipHorizontally().Pixels.ToArray().Should().Equal(4, 5, 6, 1, 2, 3);
        image.FlipHorizontally().FlipHorizontally().Pixels.ToArray().Should().Equal(image.Pixels.ToArray());
    }

    [Theory, MemberData(nameof(Files))]
    public void An_incomplete_file_is_refused(string file)
    {
        var content = File.ReadAllBytes(Path.Combine(Folder, "images", file));
        foreach (var length in new[] { 3, 11, 30, content.Length / 2, content.Length - 20, content.Length - 6 })
            FluentActions.Invoking(() => RgbImage.Decode(content[..length]))
                .Should().ThrowExactly<ImageException>($"{file}, {length} bytes");
    }

    [Theory, MemberData(nameof(Files))]
    public void A_damaged_file_is_an_error_or_an_image(string file)
    {
        var content = File.ReadAllBytes(Path.Combine(Folder, "images", file));
        var random = new Random(file.Length);
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var damaged = content.ToArray();
            for (var change = 0; change < 1 + attempt % 4; change++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try { RgbImage.Decode(damaged, maxPixels: 1_000_000).Width.Should().BePositive(); }
            catch (ImageException) { }
        }
    }

    [Fact]
    public void An_image_that_is_too_large_is_refused_before_memory_is_allocated()
    {
        var content = File.ReadAllBytes(Path.Combine(Folder, "images", "noise.png"));
        Refused(() => RgbImage.Decode(content, maxPixels: 100)).Should().Contain("37 x 29").And.Contain("maxPixels (100)");
        var bmp = File.ReadAllBytes(Path.Combine(Folder, "images", "gray.bmp"));
        BitConverter.GetBytes(60_000).CopyTo(bmp, 18);
        BitConverter.GetBytes(60_000).CopyTo(bmp, 22);
        var before = GC.GetTotalAllocatedBytes();
        Refused(() => RgbImage.Decode(bmp)).Should().Contain("60000 x 60000");
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(10_000_000);
        Refused(() => RgbImage.Decode(bmp, maxPixels: long.MaxValue)).Should()
            .Contain($"60000 x 60000 pixels, but an image can have at most {Array.MaxLength / 3} pixels").And.NotContain("maxPixels");
    }

    [Fact]
    public void A_height_that_has_no_positive_counterpart_is_named()
    {
        var bmp = File.ReadAllBytes(Path.Combine(Folder, "images", "gray.bmp"));
        BitConverter.GetBytes(int.MinValue).CopyTo(bmp, 22);
        Refused(() => RgbImage.Decode(bmp)).Should().Contain("height").And.Contain("-2147483648").And.NotContain("header");
    }

    [Fact]
    public void Compressed_data_beyond_the_image_is_not_decompressed()
    {
        using var data = new MemoryStream();
        using (var compressed = new System.IO.Compression.ZLibStream(data, System.IO.Compression.CompressionLevel.Fastest, true))
            for (var block = 0; block < 500; block++) compressed.Write(new byte[1 << 20]);
        var header = new byte[] { 0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0 };
        var file = new List<byte>(PngChunks.Signature.ToArray());
        foreach (var (type, content) in new[] { ("IHDR", header), ("IDAT", data.ToArray()), ("IEND", []) })
        {
            var name = System.Text.Encoding.ASCII.GetBytes(type);
            file.AddRange(BitConverter.GetBytes(content.Length).Reverse());
            file.AddRange([.. name, .. content]);
            file.AddRange(BitConverter.GetBytes(PngChunks.Crc(name, content)).Reverse());
        }
        var clock = System.Diagnostics.Stopwatch.StartNew();
        RgbImage.Decode([.. file]).Width.Should().Be(2);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void The_content_determines_the_format_and_an_unknown_one_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "photo.jpg");
        File.Copy(Path.Combine(Folder, "images", "noise.png"), path);
        RgbImage.Load(path).Width.Should().Be(37);
        File.WriteAllBytes(path, [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP8 "u8]);
        Refused(() => RgbImage.Load(path)).Should().Contain("WebP").And.Contain("photo.jpg");
        File.WriteAllText(path, "<html>404</html>");
        Refused(() => RgbImage.Load(path)).Should().Contain("HTML");
        File.WriteAllBytes(path, []);
        Refused(() => RgbImage.Load(path)).Should().Contain("empty");
        FluentActions.Invoking(() => RgbImage.Load(Path.Combine(folder.Path, "absent.png"))).Should().Throw<FileNotFoundException>();
    }

    private static string Refused(Action read) => FluentActions.Invoking(read).Should().ThrowExactly<ImageException>().Which.Message;

    private static void Compare(Tensor expected, RgbImage image, string name)
    {
        (image.Height, image.Width).Should().Be(((int)expected.shape[0], (int)expected.shape[1]), name);
        var (wanted, found) = (expected.contiguous().data<byte>().ToArray(), image.Pixels.ToArray());
        var differences = wanted.Zip(found, (a, b) => Math.Abs(a - b)).ToArray();
        if (name is "full.jpg" or "gray.jpg") differences.Max().Should().BeLessThanOrEqualTo(1, name);
        else if (name.EndsWith(".jpg", StringComparison.Ordinal))
        {
            differences.Max().Should().BeLessThanOrEqualTo(LargestJpegDifference, name);
            differences.Average().Should().BeLessThan(MeanJpegDifference, name);
        }
        else differences.Max().Should().Be(0, name);
    }
}
