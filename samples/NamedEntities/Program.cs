using System.Diagnostics;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static PeftSharp.Data.Datasets;

if (Options.Parse(args) is not { } options) return 2;
PeftSharp.Kernels.FastPaths.Allocator = true;       // less memory and time for training, but freed memory stays in the process
var clock = Stopwatch.StartNew();
Seed.Set(options.Seed);

// Words with tags (B-PER, I-PER, O, …): from the files in the options, or from sentences that this program creates.
var dataset = options.Data is { } folder ? LoadDataset(folder) : Sentences.Make(options.Train, test: 500, seed: 1);
var (words, itsTags) = (dataset["train"][0].GetItems("words").GetStrings(), dataset["train"][0].GetItems("tags").GetStrings());
Console.WriteLine($"{dataset["train"].Count} sentences to learn from, for example:\n  "
    + string.Join(' ', words.Zip(itsTags, (word, tag) => tag == "O" ? word : $"{word}/{tag}")) + "\n");
dataset = dataset.ClassEncodeColumn("tags");
var tags = dataset["train"].GetClassNames("tags");

// The published BERT in the options; otherwise a small BERT with random weights and a vocabulary of these words.
var name = options.Model ?? NewSmallBert(Path.Combine(options.Output, "start"), dataset["train"]);
var isReal = options.Model is not null;
var tokenizer = AutoTokenizer.FromPretrained(name);
var labels = new PretrainedOptions { LabelNames = tags };
PretrainedModel model = AutoModelForTokenClassification.FromPretrained(name, labels);
if (options.LoraRank is { } rank)
{
    model = model.GetPeftModel(new LoraConfig { R = rank, LoraAlpha = 2 * rank, LoraDropout = 0.1, TaskType = TaskType.TokenCls });
    ((PeftModel)model).PrintTrainableParameters(Console.Out);
}

var tokenized = dataset.TokenizeWords(tokenizer, maxLength: 128);
var train = tokenized["train"].Shuffle(seed: 42).Take(options.Train);
var arguments = new TrainingArguments(options.Output)
{
    NumTrainEpochs = options.Epochs ?? (isReal ? 3 : 4),
    PerDeviceTrainBatchSize = 16,
    PerDeviceEvalBatchSize = 32,
    LearningRate = !isReal ? 2e-3 : options.LoraRank is null ? 5e-5 : 5e-4,
    WarmupSteps = 0.1,
    WeightDecay = 0.01,
    LoggingSteps = 100,
    EvalStrategy = IntervalStrategy.Epoch,
    SaveStrategy = SaveStrategy.Epoch,
    SaveTotalLimit = 1,
    LoadBestModelAtEnd = true,
    MetricForBestModel = "f1",
    Seed = options.Seed,
};
var trainer = new Trainer(model, arguments, train, tokenized["test"], tokenizer: tokenizer,
    computeMetrics: prediction => prediction.GetEntityReport(tags).ToMetrics(), callbacks: [new ProgressCallback()]);
trainer.Train();

// An entity is correct only if its type, its first word and its last word are correct.
var report = trainer.Predict(tokenized["test"]).EvalPrediction.GetEntityReport(tags);
Console.WriteLine($"\n{report.ToString(digits: 3)}");
var best = Path.Combine(options.Output, "best");
trainer.SaveModel(best);                                                    // the tokenizer too
model.Dispose();

// The saved model, or the adapter and its base model.
using var recognize = options.LoraRank is null
    ? EntityRecognizer.FromPretrained(best)
    : EntityRecognizer.FromPretrained(name, adapterNameOrFolder: best, labels);
string[] texts =
[
    "Paris flew from Paris to Cape Town on Monday.", "Florence Tanaka, who studied in Kyoto, joined Paris University in March.",
    "The head office of Washington Motors is in Washington.", "Nobody answered the telephone.",
];
foreach (var (text, entities) in texts.Zip(recognize.Recognize(texts, AggregationStrategy.First)))
{
    Console.WriteLine(text);
    foreach (var entity in entities) Console.WriteLine(FormattableString.Invariant($"  {entity.Type,-4} {entity.Score:F2}  {entity.Text}"));
}
Console.WriteLine(FormattableString.Invariant(
    $"Saved in {best}. f1 {report.MicroAverage.F1:F3}, {clock.Elapsed.TotalSeconds:F0} s in all"));
return 0;

// The words are not converted to lower case, because names start with capital letters.
static string NewSmallBert(string folder, Dataset sentences)
{
    var texts = Enumerable.Range(0, sentences.Count).Select(row => string.Join(' ', sentences[row].GetItems("words").GetStrings()));
    var tokenizer = new WordPieceTrainer { VocabSize = 800, Lowercase = false }.Train(texts);
    using var model = AutoModel.FromConfig(new BertConfig
    {
        VocabSize = tokenizer.Count, HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128,
        MaxPositionEmbeddings = 128,
        InitializerRange = 0.1,                 // the default 0.02 is for layers of 768 values; narrow layers learn slowly with it
    });
    model.SavePretrained(folder);
    tokenizer.SavePretrained(folder);
    return folder;
}
