using System.Diagnostics;
using PeftSharp.Data;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Prediction;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static PeftSharp.Data.Datasets;

if (Options.Parse(args) is not { } options) return 2;
PeftSharp.Kernels.FastPaths.Allocator = true;       // less memory and time for training, but freed memory stays in the process
var clock = Stopwatch.StartNew();
Seed.Set(options.Seed);

// The model and the text in the options; otherwise a small GPT-2 that was trained on film reviews, and recipes that a grammar creates.
var name = options.Model ?? Path.Combine(AppContext.BaseDirectory, "film-gpt2");
var dataset = options.Text is { } file
    ? LoadDataset(file, "train", new DatasetLoadOptions { SampleBy = TextUnit.Document })
    : Recipes.Make(2000, seed: 1);
var (start, length, epochs, rate) = options.Text is null ? ("Recipe:", 64, 3, 5e-3) : ("ROMEO:", 128, 1, 1e-3);

#region readme-lora
var tokenizer = AutoTokenizer.FromPretrained(name);
tokenizer.PadToken = tokenizer.EosToken;
var baseModel = Gpt2LMHeadModel.FromPretrained(name);

var tokenized = dataset.Tokenize(tokenizer, "text", truncation: false);
var blocks = GroupTexts(tokenized, length).Shuffle(seed: 42);
var (evaluation, train) = (blocks.Take(100), blocks.Skip(100).Take(options.Blocks));

Seed.Set(options.Seed);
var config = new LoraConfig
{
    R = options.Rank, LoraAlpha = 2 * options.Rank, LoraDropout = 0.1, TargetModules = ["c_attn"], TaskType = TaskType.CausalLM,
};
using var model = baseModel.GetPeftModel(config);
model.PrintTrainableParameters(Console.Out);

var arguments = new TrainingArguments(options.Output)
{
    NumTrainEpochs = options.Epochs ?? epochs,
    PerDeviceTrainBatchSize = 8,
    PerDeviceEvalBatchSize = 8,
    LearningRate = rate,
    LoggingSteps = 10,
    SaveStrategy = SaveStrategy.No,
    Seed = options.Seed,
    Bf16 = options.Bf16,
};
var collator = new DataCollatorForLanguageModeling(tokenizer, mlm: false);
var trainer = new Trainer(model, arguments, train, evaluation, collator, callbacks: [new ProgressCallback()]);
#endregion

Console.WriteLine($"\nBefore: {Write(model)}\n");
var before = trainer.Evaluate()["eval_loss"];
trainer.Train();
var after = trainer.Evaluate()["eval_loss"];
var adapter = Path.Combine(options.Output, "adapter");
trainer.SaveModel(adapter);
var adapted = Write(model);
Console.WriteLine($"\nAfter: {adapted}\n");

using (model.DisableAdapter()) Console.WriteLine($"With the adapter off: {Write(model)}\n");
var merged = model.MergeAndUnload();
var mergedText = Write(merged);
var mergedLoss = new Trainer(merged, arguments, evalDataset: evaluation, dataCollator: collator).Evaluate()["eval_loss"];
Console.WriteLine($"Merged into the weights, the text is {(mergedText == adapted ? "the same" : $"different: {mergedText}")}.");
Console.WriteLine($"The adapter in {adapter} has {new FileInfo(Path.Combine(adapter, "adapter_model.safetensors")).Length / 1024} KB.");
Console.WriteLine(FormattableString.Invariant(
    $"evaluation loss {before:F4} before, {after:F6} after, {mergedLoss:F6} merged; {clock.Elapsed.TotalSeconds:F0} s in all"));
return 0;

string Write(PretrainedModel writer)
{
    Seed.Set(options.Seed);
    using var generate = new TextGenerator(writer, tokenizer);
    var sampling = new GenerationOptions { MaxNewTokens = 50, DoSample = true, TopK = 50, TopP = 0.95, Temperature = 0.7 };
    return generate.Generate(start, sampling).FullText.ReplaceLineEndings(" ");
}
