#region readme-started
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Training;
using PeftSharp.Tuners;

// 1. The model: a folder or a name on the Hugging Face Hub.
var name = args.Length > 0 ? args[0] : "bert-base-uncased";

// 2. The data: a CSV file with a header. ClassEncodeColumn replaces the names of the classes with numbers and keeps the names.
string[] subjects = ["My parcel", "The lamp", "Your radio", "The new phone", "My order", "The printer", "This camera", "The heater"];
string[] late = ["has not arrived", "is a week late", "was sent to the wrong town"];
string[] broken = ["does not start", "shows an error", "stopped working"];
File.WriteAllLines("tickets.csv", ["text,label", .. subjects.SelectMany(subject =>
    late.Select(problem => $"{subject} {problem},delivery").Concat(broken.Select(problem => $"{subject} {problem},defect")))]);
var data = Datasets.LoadDataset("tickets.csv", "train").ClassEncodeColumn("label");

// 3. The tokenizer converts the texts to token ids. A quarter of the rows is kept for the evaluation.
var tokenizer = AutoTokenizer.FromPretrained(name);
var split = data.Tokenize(tokenizer, "text", maxLength: 64).TrainTestSplit(testSize: 0.25, seed: 42);

// 4. The model with a new head for these classes and a LoRA adapter. Only the adapter and the head are trained.
var options = new PretrainedOptions { LabelNames = data.GetClassNames("label"), Seed = 42 };
Seed.Set(42);
using var model = AutoModelForSequenceClassification.FromPretrained(name, options)
    .GetPeftModel(new LoraConfig { R = 8, LoraAlpha = 16, TaskType = TaskType.SeqCls });
model.PrintTrainableParameters(Console.Out);

// 5. Training: twenty epochs with an evaluation after each. The model of the best evaluation is loaded at the end.
var arguments = new TrainingArguments("tickets-run")
{
    NumTrainEpochs = 20,
    PerDeviceTrainBatchSize = 8,
    LearningRate = 2e-3,
    LoggingSteps = 20,
    SaveTotalLimit = 1,
    LoadBestModelAtEnd = true,
};
var trainer = new Trainer(model, arguments, split["train"], split["test"], tokenizer: tokenizer, callbacks: [new ProgressCallback()],
    computeMetrics: p => p.GetClassificationReport().ToMetrics());
trainer.Train();
Console.WriteLine($"accuracy {trainer.Evaluate()["eval_accuracy"]:F2}");

// 6. Saving: the adapter, the head and the tokenizer. The base model is not saved again.
trainer.SaveModel("tickets-adapter");

// 7. Prediction with the saved files.
using var classifier = TextClassifier.FromPretrained(name, adapterNameOrFolder: "tickets-adapter", options);
foreach (var result in classifier.Classify(["My laptop does not start", "The chair is a week late"]))
    Console.WriteLine($"{result.Label} {result.Score:F3}");
#endregion
