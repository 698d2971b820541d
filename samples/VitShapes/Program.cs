using System.Diagnostics;
using PeftSharp.Metrics;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Vit;
using PeftSharp.Training;
using PeftSharp.Vision;

if (Options.Parse(args) is not { } options) return 2;
PeftSharp.Kernels.FastPaths.Allocator = true;       // less memory and time for training, but freed memory stays in the process
var clock = Stopwatch.StartNew();
Seed.Set(options.Seed);

// The published ViT and the folder of images in the options; otherwise a small untrained ViT, and images that are drawn here.
var isReal = options.Model is not null;
var name = options.Model ?? NewSmallVit(Path.Combine(options.Output, "start"));
var data = options.Data ?? DrawImages(Path.Combine(options.Output, "data"), options);
var (epochs, rate, warmup) = isReal ? (options.Epochs ?? 3, 5e-5, 0.1) : (options.Epochs ?? 8, 1e-3, 0.1);

var dataset = ImageFolder.LoadDataset(data);
var classes = dataset["train"].GetClassNames("label");
var processor = AutoImageProcessor.FromPretrained(name);
using var model = AutoModelForImageClassification.FromPretrained(
    name, new PretrainedOptions { LabelNames = classes, IgnoreMismatchedSizes = true });     // a head for these classes

var arguments = new TrainingArguments(options.Output)
{
    NumTrainEpochs = epochs,
    PerDeviceTrainBatchSize = 16,
    PerDeviceEvalBatchSize = 16,
    LearningRate = rate,
    WarmupSteps = warmup,
    WeightDecay = 0.01,
    LoggingSteps = 100,
    EvalStrategy = IntervalStrategy.Epoch,
    SaveStrategy = SaveStrategy.Epoch,
    SaveTotalLimit = 1,
    LoadBestModelAtEnd = true,
    MetricForBestModel = "accuracy",
    Seed = options.Seed,
    Bf16 = options.Bf16,
};
var collator = new ImageCollator(processor, augmentation: new ImageAugmentation { MinScale = 0.8 });     // in training only
var trainer = new Trainer(model, arguments, dataset["train"], dataset["test"], collator,
    computeMetrics: p => new Dictionary<string, double>
    {
        ["accuracy"] = ClassificationMetrics.AccuracyScore(p.LabelIds.Values, p.Predictions.ArgMax()),
    },
    callbacks: [new ProgressCallback()]);
trainer.Train();
var accuracy = trainer.Evaluate()["eval_accuracy"];

var best = Path.Combine(options.Output, "best");
trainer.SaveModel(best);
processor.SavePretrained(best);

using var classify = ImageClassifier.FromPretrained(best);
foreach (var row in dataset["test"].Shuffle(seed: 1).Take(5))
{
    var path = row.GetString("image");
    var result = classify.Classify(path);
    Console.WriteLine($"  {result.Label,-10} {result.Score:F2}  {Path.GetRelativePath(data, path)}");
}

Console.WriteLine(FormattableString.Invariant(
    $"Saved in {best}. accuracy {accuracy:F3} on {dataset["test"].Count} images, {clock.Elapsed.TotalSeconds:F0} s in all"));
return 0;

// A folder for each split, which contains a folder for each class.
static string DrawImages(string folder, Options options)
{
    if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    var random = new Random((int)options.Seed);
    foreach (var (split, count) in new[] { ("train", options.Train), ("test", 200) })
        for (var number = 0; number < count; number++)
        {
            var shape = Shapes.Names[number % Shapes.Names.Length];
            var image = Shapes.Draw(shape, Shapes.Colors[random.Next(Shapes.Colors.Length)].Value, random);
            Directory.CreateDirectory(Path.Combine(folder, split, shape));
            image.SavePng(Path.Combine(folder, split, shape, $"{number:D4}.png"));
        }
    return folder;
}

static string NewSmallVit(string folder)
{
    using var model = AutoModel.FromConfig(new VitConfig
    {
        HiddenSize = 64, NumHiddenLayers = 4, NumAttentionHeads = 4, IntermediateSize = 128, ImageSize = [Shapes.Size], PatchSize = [8],
        InitializerRange = 0.1,                 // the default 0.02 is for layers of 768 values; narrow layers learn slowly with it
    });
    model.SavePretrained(folder);
    new ImageProcessor(ImageProcessorConfig.Vit with { Size = new ImageSize(Shapes.Size, Shapes.Size) }).SavePretrained(folder);
    return folder;
}
