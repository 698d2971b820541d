using System.Diagnostics;
using PeftSharp.Data;
using PeftSharp.Metrics;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using static PeftSharp.Data.Datasets;

if (Options.Parse(args) is not { } options) return 2;
PeftSharp.Kernels.FastPaths.Allocator = true;       // less memory and time for training, but freed memory stays in the process
var clock = Stopwatch.StartNew();
Seed.Set(options.Seed);

// The published BERT and the real reviews in the options; otherwise a small untrained BERT, and reviews that a grammar creates.
var isReal = options.Model is not null;
var name = options.Model ?? NewSmallBert(Path.Combine(options.Output, "start"));
var dataset = isReal
    ? LoadDataset(options.Data!)
    : new DatasetDict { ["train"] = Reviews.Make(6000, seed: 1), ["test"] = Reviews.Make(500, seed: 2) };
var (trainRows, epochs, rate, warmup, length) = isReal
    ? (options.Train, options.Epochs ?? 3, 5e-5, 500, 128)
    : (6000, options.Epochs ?? 5, 1e-3, 100, 32);

#region readme-sentiment
var tokenizer = AutoTokenizer.FromPretrained(name);
using var model = AutoModelForSequenceClassification.FromPretrained(name, new PretrainedOptions { LabelNames = ["disliked", "liked"] });

var tokenized = dataset.Tokenize(tokenizer, "text", maxLength: length, padding: PaddingStrategy.MaxLength);
var train = tokenized["train"].Shuffle(seed: 42).Take(trainRows);
var test = tokenized["test"].Shuffle(seed: 42).Take(options.Eval);

var arguments = new TrainingArguments(options.Output)
{
    NumTrainEpochs = epochs,
    PerDeviceTrainBatchSize = 16,
    PerDeviceEvalBatchSize = 16,
    LearningRate = rate,
    WarmupSteps = warmup,
    WeightDecay = 0.01,
    LoggingSteps = isReal ? 25 : 100,
    EvalStrategy = IntervalStrategy.Epoch,
    SaveStrategy = SaveStrategy.Epoch,
    SaveTotalLimit = 1,
    LoadBestModelAtEnd = true,
    MetricForBestModel = "f1",
    Seed = options.Seed,
    Bf16 = options.Bf16,
};

var trainer = new Trainer(
    model, arguments, train, test, tokenizer: tokenizer, computeMetrics: ComputeMetrics, callbacks: [new ProgressCallback()]);
trainer.Train();
var metrics = trainer.Evaluate();
trainer.SaveModel(Path.Combine(options.Output, "best"));

static Dictionary<string, double> ComputeMetrics(EvalPrediction p)
{
    var (labels, guesses) = (p.LabelIds.Values, p.Predictions.ArgMax());
    var (precision, recall, f1) = ClassificationMetrics.PrecisionRecallFscoreSupport(labels, guesses, Average.Binary);
    var accuracy = ClassificationMetrics.AccuracyScore(labels, guesses);
    return new() { ["accuracy"] = accuracy, ["precision"] = precision, ["recall"] = recall, ["f1"] = f1 };
}
#endregion

// After it is loaded again, the saved model returns the same scores as the trained model.
var best = Path.Combine(options.Output, "best");
using var reloaded = AutoModelForSequenceClassification.FromPretrained(best);
// The batch size must be the same: matrix products of another size may round differently.
var sameBatches = new TrainingArguments(options.Output) { PerDeviceEvalBatchSize = arguments.PerDeviceEvalBatchSize };
var saved = new Trainer(reloaded, sameBatches).Predict(test);
var isSame = saved.Predictions.Values.AsSpan().SequenceEqual(trainer.Predict(test).Predictions.Values);
Console.WriteLine($"\nSaved in {best}; reloaded, its scores on {test.Count} reviews are {(isSame ? "the same" : "NOT the same")}.");
string[] texts = isReal
    ? ["I loved every minute of it.", "A complete waste of time."]
    : ["The plot is far from dull; it is gripping.", "The trailer was charming, the film itself hollow."];
using var classify = TextClassifier.FromPretrained(best);
foreach (var (text, result) in texts.Zip(classify.Classify(texts))) Console.WriteLine($"  {result.Label,-8} {text}");
Console.WriteLine(FormattableString.Invariant(
    $"accuracy {metrics["eval_accuracy"]:F3}, f1 {metrics["eval_f1"]:F3}, {clock.Elapsed.TotalSeconds:F0} s in all"));
return isSame ? 0 : 1;

// The vocabulary and the configuration are in the folder tiny-bert; the weights are random.
static string NewSmallBert(string folder)
{
    var source = Path.Combine(AppContext.BaseDirectory, "tiny-bert");
    using var model = AutoModel.FromConfig(AutoConfig.FromPretrained(source));
    model.SavePretrained(folder);
    AutoTokenizer.FromPretrained(source).SavePretrained(folder);
    return folder;
}
