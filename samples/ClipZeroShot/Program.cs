using System.Diagnostics;
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Clip;
using PeftSharp.Training;
using PeftSharp.Vision;

if (Options.Parse(args) is not { } options) return 2;
PeftSharp.Kernels.FastPaths.Allocator = true;       // less memory and time for training, but freed memory stays in the process
var clock = Stopwatch.StartNew();
Seed.Set(options.Seed);
return options.Model is null ? TrainAndClassify() : Classify();

// With a published CLIP: the probability of each label for each image.
int Classify()
{
    string[] files = Directory.Exists(options.Images) ? [.. ImageFolder.LoadDataset(options.Images)
        .SelectMany(split => split.Value).Select(row => row.GetString("image"))] : [options.Images!];
    using var classify = ZeroShotImageClassifier.FromPretrained(options.Model!);
    foreach (var (file, result) in files.Zip(classify.Classify(files, options.Labels, options.Template)))
        Console.WriteLine($"{file}: {string.Join(", ", result.Scores.Select(score => $"{score.Label} {score.Score:F3}"))}");
    return 0;
}

// Without a published CLIP: a small CLIP is trained on drawn shapes and their captions. Some pairs of color and shape are in no caption.
int TrainAndClassify()
{
    var start = SmallClip.Save(Path.Combine(options.Output, "start"));
    var pairs = Shapes.Colors.SelectMany(color => Shapes.Names.Select(shape => (color.Name, Shape: shape, Color: color.Value))).ToArray();
    bool IsUnseen(int pair) => pair % (Shapes.Names.Length + 1) == 0;                 // red circle, green cross, blue square, …
    var seen = pairs.Where((_, index) => !IsUnseen(index)).ToArray();
    var random = new Random((int)options.Seed);
    var drawn = Enumerable.Range(0, 3000).Select(_ => seen[random.Next(seen.Length)]).ToArray();
    var images = drawn.Select(pair => Shapes.Draw(pair.Shape, pair.Color, random)).ToArray();
    var captions = drawn.Select(pair => $"a photo of a {pair.Name} {pair.Shape}.").ToArray();

    var tokenizer = AutoTokenizer.FromPretrained(start);
    var processor = AutoImageProcessor.FromPretrained(start);
    using var model = ClipModel.FromPretrained(start);
    var dataset = Dataset.FromDict(("image", Enumerable.Range(0, images.Length).ToArray()), ("text", captions)).Tokenize(tokenizer, "text");
    var arguments = new TrainingArguments(options.Output)
    {
        MaxSteps = options.Steps,
        PerDeviceTrainBatchSize = 32,
        LearningRate = 1e-3,
        WarmupSteps = 0.1,
        LoggingSteps = 100,
        SaveStrategy = SaveStrategy.No,
        Seed = options.Seed,
    };
    // The images are in memory here; without the last argument, the column contains the paths of files.
    var collator = new ImageCollator(
        processor, new DataCollatorWithPadding(tokenizer), read: row => images[(int)row.GetInt64("image")]);
    var trainer = new Trainer(
        model, arguments, dataset, dataCollator: collator, tokenizer: tokenizer, callbacks: [new ProgressCallback()]);
    trainer.Train();                                   // the contrastive loss needs no labels

    var folder = Path.Combine(options.Output, "model");
    trainer.SaveModel(folder);
    processor.SavePretrained(folder);

    using var classify = ZeroShotImageClassifier.FromPretrained(folder);
    var labels = pairs.Select(pair => $"{pair.Name} {pair.Shape}").ToArray();
    Console.WriteLine($"Classification of new images, with {labels.Length} labels:");
    foreach (var unseen in new[] { false, true })
    {
        var tested = Enumerable.Range(0, pairs.Length).Where(pair => IsUnseen(pair) == unseen)
            .SelectMany(pair => Enumerable.Repeat(pair, 160 / pairs.Length)).ToArray();
        var pictures = tested.Select(pair => Shapes.Draw(pairs[pair].Shape, pairs[pair].Color, random)).ToArray();
        var results = classify.Classify(pictures, labels, "a photo of a {}.");
        var right = results.Zip(tested).Count(pair => pair.First.Label == labels[pair.Second]);
        var first = results[0];
        Console.WriteLine(FormattableString.Invariant(
            $"  {(unseen ? "pairs in no caption" : "pairs in captions"),-20} ")
            + FormattableString.Invariant($"accuracy {right / (double)tested.Length:F3} of {tested.Length}, ")
            + $"for example {labels[tested[0]]}: {first.Label} {first.Score:F2}");
    }
    Console.WriteLine($"Saved in {folder}. {clock.Elapsed.TotalSeconds:F0} s in all");
    return 0;
}
