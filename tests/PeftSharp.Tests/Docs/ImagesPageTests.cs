using Pages.Vision;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Clip;
using PeftSharp.Models.Vit;
using PeftSharp.Vision;

namespace PeftSharp.Tests.Docs;

/// <summary>The programs of <c>docs/images.md</c> run, with small models and images in the folders that the page names.</summary>
public sealed class ImagesPageTests : IDisposable
{
    private const int Size = 16;
    private readonly CurrentFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_trained_with_a_folder_of_images_and_classifies_a_file()
    {
        using (var model = AutoModelForImageClassification.FromConfig(
            new VitConfig
            {
                HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, ImageSize = [Size], PatchSize = [8],
                NumLabels = 7,
            }, new PretrainedOptions { Seed = 1 }))
            model.SavePretrained("vit-base-patch16-224");
        new ImageProcessor(ImageProcessorConfig.Vit with { Size = new ImageSize(Size, Size) }).SavePretrained("vit-base-patch16-224");
        foreach (var number in Enumerable.Range(0, 20))
            Save(Path.Combine("pictures", number % 2 == 0 ? "dark" : "light", $"{number}.png"), number);
        (await Printed.By(() => Task.Run(TrainImages.Run))).Should().ContainSingle().Which.Should().StartWith("accuracy ");
        Save("photo.jpg", 1);
        var printed = await Printed.By(() => Task.Run(ClassifyImages.Run));
        printed.Select(line => line.Split(' ')[0]).Should().BeEquivalentTo("dark", "light");
    }

    [Fact]
    public async Task Labels_of_your_choice_and_images_are_compared()
    {
        SaveClip("clip-vit-base-patch32");
        Save("photo.jpg", 1);
        Save("other.png", 2);
        var printed = await Printed.By(() => Task.Run(ClassifyImages.RunZeroShot));
        printed.Should().ContainSingle().Which.Split(' ')[0].Should().BeOneOf("cat", "dog", "car");
        printed = await Printed.By(() => Task.Run(CompareImages.Run));
        printed.Should().ContainSingle().Which.Should().StartWith("similarity ");
    }

    [Fact]
    public void A_zero_shot_classifier_compares_every_label_and_refuses_what_it_cannot_compare()
    {
        SaveClip("clip");
        using var classify = ZeroShotImageClassifier.FromPretrained("clip");
        RgbImage[] images = [Picture(1), Picture(2), Picture(3)];
        var results = classify.Classify(images, ["cat", "dog"], batchSize: 2);
        results.Should().AllSatisfy(result => (result["cat"] + result["dog"]).Should().BeApproximately(1, 1e-5f));
        results[2]["cat"].Should().BeApproximately(classify.Classify(images[2], ["dog", "cat"])["cat"], 1e-5f);
        Refused(() => classify.Classify(images, [])).Should().Contain("There are no labels");
        Refused(() => classify.Classify(images, ["cat", "cat"])).Should().Contain("cat, cat");
        Refused(() => classify.Classify(images, ["cat"], "a photo")).Should().Contain("{}");
        Refused(() => { using var other = new ImageClassifier(classify.Model, classify.Processor); })
            .Should().Contain("AutoModelForImageClassification");
    }

    [Fact]
    public void A_zero_shot_classifier_is_not_loaded_from_a_folder_with_another_model()
    {
        SaveClip("other");
        using (var model = AutoModelForImageClassification.FromConfig(
            new VitConfig
            {
                HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, ImageSize = [Size], PatchSize = [8],
            }, new PretrainedOptions { Seed = 1 }))
            model.SavePretrained("other");
        FluentActions.Invoking(() => ZeroShotImageClassifier.FromPretrained("other"))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("'other' contains ViT").And.Contain("CLIP");
    }

    private static void SaveClip(string folder)
    {
        var config = new ClipConfig
        {
            TextConfig = new ClipTextConfig
            {
                VocabSize = 9, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 1, NumAttentionHeads = 2,
                MaxPositionEmbeddings = 12, PadTokenId = 0, BosTokenId = 2, EosTokenId = [3],
            },
            VisionConfig = new ClipVisionConfig
            {
                HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 1, NumAttentionHeads = 2, ImageSize = [Size], PatchSize = [8],
            },
            ProjectionDim = 8,
        };
        using var model = ClipModel.FromConfig(config, new PretrainedOptions { Seed = 1 });
        model.SavePretrained(folder);
        new ImageProcessor(ImageProcessorConfig.Clip with
        {
            Size = new ImageSize(ShortestEdge: Size),
            CropSize = new ImageSize(Size, Size),
        }).SavePretrained(folder);
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "photo", "cat", "dog", "car"]);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"),
            """{"tokenizer_class": "BertTokenizer", "model_input_names": ["input_ids", "attention_mask"]}""");
    }

    private static void Save(string path, int number)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        Picture(number).SavePng(path);
    }

    private static RgbImage Picture(int number)
    {
        var image = new RgbImage(20, 24);
        for (var place = 0; place < image.Pixels.Length; place++)
            image.Pixels[place] = (byte)(number % 2 * 150 + (place * (number + 1) & 63));
        return image;
    }

    private static string Refused(Action call) => FluentActions.Invoking(call).Should().ThrowExactly<ArgumentException>().Which.Message;
}
