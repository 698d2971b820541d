using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Vit;
using PeftSharp.Prediction;
using PeftSharp.Training;
using PeftSharp.Vision;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Vision;

/// <summary>Folders of images as datasets, their collator, augmentation, and training with them.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private const int Size = 8;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ImageProcessor Processor => new(ImageProcessorConfig.Vit with { Size = new ImageSize(Size, Size) });

    [Fact]
    public void The_folders_are_the_classes_and_the_paths_are_the_images()
    {
        Image("dog/a.png", 1);
        Image("cat/b.png", 2);
        Image("cat/a.png", 3);
        File.WriteAllText(Path.Combine(_folder.Path, "cat", "notes.txt"), "x");
        var data = ImageFolder.LoadDataset(_folder.Path, "train");
        data.ColumnNames.Should().Equal("image", "label");
        data.GetClassNames("label").Should().Equal("cat", "dog");
        data.Select(row => (Path.GetFileName(row.GetString("image")), row.GetInt64("label")))
            .Should().Equal(("a.png", 0), ("b.png", 0), ("a.png", 1));
    }

    [Fact]
    public void Splits_are_folders_and_metadata_has_the_other_columns()
    {
        Image("train/a.png", 1);
        Image("train/deep/b.png", 2);
        Image("val/c.png", 3);
        File.WriteAllText(Path.Combine(_folder.Path, "train", "metadata.csv"), "file_name,text\ndeep/b.png,a dog\na.png,a cat\n");
        var data = ImageFolder.LoadDataset(_folder.Path);
        data.Keys.Should().Equal("train", "validation");
        data["train"].Select(row => (Path.GetFileName(row.GetString("image")), row.GetString("text")))
            .Should().Equal(("b.png", "a dog"), ("a.png", "a cat"));
        data["validation"].ColumnNames.Should().Equal("image");
    }

    [Fact]
    public void Two_folders_of_one_split_are_refused_by_name()
    {
        foreach (var folder in new[] { "train", "val", "dev" }) Image($"{folder}/a.png", 1);
        Refused(() => ImageFolder.LoadDataset(_folder.Path)).Should().Contain("several folders for the split 'validation': dev, val.");
    }

    [Fact]
    public void What_cannot_be_loaded_is_named()
    {
        FluentActions.Invoking(() => ImageFolder.LoadDataset(Path.Combine(_folder.Path, "absent")))
            .Should().ThrowExactly<FileNotFoundException>().WithMessage("*absent*");
        Refused(() => ImageFolder.LoadDataset(_folder.Path)).Should().Contain("no images");
        Image("a.png", 1);
        File.WriteAllText(Path.Combine(_folder.Path, "metadata.csv"), "file_name,text\nb.png,x\n");
        Refused(() => ImageFolder.LoadDataset(_folder.Path)).Should().Contain("b.png");
        File.WriteAllText(Path.Combine(_folder.Path, "metadata.csv"), "file,text\na.png,x\n");
        Refused(() => ImageFolder.LoadDataset(_folder.Path)).Should().Contain("file_name").And.Contain("file, text");
        File.Delete(Path.Combine(_folder.Path, "metadata.csv"));
        File.WriteAllText(Path.Combine(_folder.Path, "x.webp"), "");
        Refused(() => ImageFolder.LoadDataset(_folder.Path)).Should().Contain("x.webp");
    }

    [Fact]
    public void A_batch_has_the_pixels_of_the_processor_and_an_unreadable_image_is_named()
    {
        Image("a/a.png", 1);
        Image("b/b.png", 2);
        var data = ImageFolder.LoadDataset(_folder.Path, "train");
        using var scope = NewDisposeScope();
        var batch = new ImageCollator(Processor).Collate([data[1], data[0]]);
        batch.Tensors.Keys.Should().BeEquivalentTo("labels", "pixel_values");
        Close.Equal(Processor.Process(Picture(2), Picture(1)), batch.PixelValues!, 0, "pixels");
        batch.Labels!.data<long>().ToArray().Should().Equal(1, 0);
        Refused(() => new ImageCollator(Processor, maxPixels: 5).Collate([data[0]])).Should().Contain("maxPixels (5)");
        FluentActions.Invoking(() => new ImageCollator(Processor, maxPixels: 0))
            .Should().ThrowExactly<ArgumentOutOfRangeException>().WithParameterName("maxPixels");
        File.WriteAllText(data[1].GetString("image"), "nothing");
        Refused(() => new ImageCollator(Processor).Collate([data[0], data[1]])).Should().Contain("row 1").And.Contain("b.png");
    }

    [Fact]
    public void Images_need_not_be_files_and_other_columns_have_their_collator()
    {
        var data = Dataset.FromDict(("number", new[] { 1, 2 }), ("input_ids", new[] { [5, 6], new[] { 7 } }));
        using var scope = NewDisposeScope();
        var collator = new ImageCollator(
            Processor, new DataCollatorWithPadding(0), imageColumn: "number", read: row => Picture((int)row.GetInt64("number")));
        var batch = collator.Collate([data[0], data[1]]);
        batch.InputIds!.data<long>().ToArray().Should().Equal(5, 6, 7, 0);
        Close.Equal(Processor.Process(Picture(1), Picture(2)), batch.PixelValues!, 0, "pixels");
    }

    [Fact]
    public void Augmentation_depends_on_seed_epoch_and_row_alone_and_only_training_augments()
    {
        foreach (var number in Enumerable.Range(0, 6)) Image($"{number % 2}/{number}.png", number);
        var data = ImageFolder.LoadDataset(_folder.Path, "train");
        using var scope = NewDisposeScope();
        var collator = new ImageCollator(Processor, augmentation: new ImageAugmentation());
        Tensor Pixels(int epoch, params int[] rows) => collator.CollateForTraining([.. rows.Select(row => data[row])], epoch).PixelValues!;
        var first = Pixels(0, 0, 1, 2, 3);
        Close.Equal(first, Pixels(0, 0, 1, 2, 3), 0, "the same again");
        Close.Equal(first[2], Pixels(0, 5, 2)[1], 0, "the row in another batch");
        (first - Pixels(1, 0, 1, 2, 3)).abs().max().item<float>().Should().BeGreaterThan(0.1f, "another epoch");
        collator.DrawsRandomNumbers.Should().BeFalse();
        Close.Equal(Processor.Process(Picture(0)), collator.Collate([data[0]]).PixelValues!, 0, "evaluation");
    }

    [Fact]
    public void Without_crop_and_with_certain_flips_the_image_is_mirrored()
    {
        Image("a.png", 1);
        var data = ImageFolder.LoadDataset(_folder.Path, "train");
        using var scope = NewDisposeScope();
        var flip = new ImageCollator(Processor, augmentation: new ImageAugmentation { RandomResizedCrop = false, FlipProbability = 1 });
        Close.Equal(Processor.Process(Picture(1)).flip(3), flip.CollateForTraining([data[0]], 0).PixelValues!, 0, "mirrored");
        var square = Picture(1).Crop(0, 0, 10, 10);
        var part = new ImageCollator(
            Processor, augmentation: new ImageAugmentation { MinScale = 1, MinRatio = 1, FlipProbability = 0 }, read: _ => square);
        Close.Equal(Processor.Process(square), part.CollateForTraining([data[0]], 3).PixelValues!, 0, "the whole image");
        FluentActions.Invoking(() => new ImageCollator(Processor, augmentation: new ImageAugmentation { MinScale = 0 }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("MinScale");
    }

    [Fact]
    public void A_resumed_run_with_augmentation_equals_one_without_an_interruption()
    {
        foreach (var number in Enumerable.Range(0, 10)) Image($"{(number % 2 == 0 ? "even" : "odd")}/{number}.png", number);
        var data = ImageFolder.LoadDataset(_folder.Path, "train");
        using var whole = Model();
        Trainer(whole, "whole", 0).Train();
        using var resumed = Model();
        Trainer(resumed, "whole", 2).Train(Resume.From(Path.Combine(_folder.Path, "whole", "checkpoint-4")));
        foreach (var (name, tensor) in whole.state_dict()) Close.Equal(tensor, resumed.state_dict()[name], 0, name);

        Trainer Trainer(PretrainedModel model, string name, int workers) => new(
            model, new TrainingArguments(Path.Combine(_folder.Path, name))
            {
                NumTrainEpochs = 3, PerDeviceTrainBatchSize = 4, SaveSteps = 4, SaveStrategy = SaveStrategy.Steps, LearningRate = 1e-3,
                UseCpu = true, Seed = 3, DataloaderNumWorkers = workers,
            }, data, dataCollator: new ImageCollator(Processor, augmentation: new ImageAugmentation()));
    }

    [Fact]
    public void A_classifier_learns_the_color_of_images_and_predicts_it_with_its_name()
    {
        foreach (var number in Enumerable.Range(0, 12))
            Plain($"{(number % 2 == 0 ? "red" : "blue")}/{number}.png", number % 2 == 0, number);
        var data = ImageFolder.LoadDataset(_folder.Path, "train");
        using var model = Model([.. data.GetClassNames("label")]);
        var trainer = new Trainer(model, new TrainingArguments(Path.Combine(_folder.Path, "out"))
        {
            NumTrainEpochs = 8, PerDeviceTrainBatchSize = 4, LearningRate = 3e-3, SaveStrategy = SaveStrategy.No, UseCpu = true, Seed = 1,
        }, data, dataCollator: new ImageCollator(Processor));
        trainer.Train();
        var saved = Path.Combine(_folder.Path, "model");
        model.SavePretrained(saved);
        Processor.SavePretrained(saved);
        using var classify = ImageClassifier.FromPretrained(saved);
        var reports = new List<int>();
        var results = classify.Classify([.. data.Select(row => row.GetString("image"))], batchSize: 5, progress: new Now(reports));
        results.Select(result => result.Label).Should().Equal(data.Select(row => data.GetClassNames("label")[(int)row.GetInt64("label")]));
        results.Should().AllSatisfy(result => result.Scores.Sum(entry => entry.Score).Should().BeApproximately(1, 1e-5f));
        reports.Should().Equal(5, 10, 12);
        var one = classify.Classify(RgbImage.Load(data[0].GetString("image")));
        one[one.Label].Should().Be(one.Score).And.BeApproximately(results[0].Score, 1e-5f);
        classify.MaxPixels = 5;
        classify.Invoking(predictor => predictor.Classify(data[0].GetString("image")))
            .Should().ThrowExactly<ImageException>().Which.Message.Should().Contain("maxPixels (5)");
        classify.Invoking(predictor => predictor.MaxPixels = 0).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => one["green"]).Should().Throw<KeyNotFoundException>().Which.Message.Should().Contain("red");
    }

    private static PretrainedModel Model(params string[] labels) => AutoModelForImageClassification.FromConfig(
        new VitConfig
        {
            HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, ImageSize = [Size], PatchSize = [4],
        },
        new PretrainedOptions { Seed = 5, LabelNames = labels.Length > 0 ? labels : null });

    private void Image(string name, int number) => Save(name, Picture(number));

    private void Plain(string name, bool isRed, int number)
    {
        var image = new RgbImage(10, 12);
        for (var place = 0; place < image.Pixels.Length; place += 3) image.Pixels[isRed ? place : place + 2] = (byte)(200 + number);
        Save(name, image);
    }

    private void Save(string name, RgbImage image)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        image.SavePng(path);
    }

    private static RgbImage Picture(int number)
    {
        var image = new RgbImage(13, 11);
        for (var place = 0; place < image.Pixels.Length; place++) image.Pixels[place] = (byte)(place * (number + 1) * 7 + place / 39 * 20);
        return image;
    }

    private static string Refused(Action load) => FluentActions.Invoking(load).Should().ThrowExactly<DatasetException>().Which.Message;

    private sealed class Now(List<int> reports) : IProgress<PredictionProgress>
    {
        public void Report(PredictionProgress value) => reports.Add(value.Completed);
    }
}
