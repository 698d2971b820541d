#region readme-first
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;

// The data: 40 texts with a label, 1 for praise and 0 for a complaint.
string[] things = ["the food", "the service", "the room", "the view", "the price"];
string[] praise = ["great", "lovely", "perfect", "excellent"], complaints = ["awful", "dirty", "poor", "terrible"];
var data = Dataset.FromRows(things.SelectMany(thing => praise.Select(word => new { text = $"{thing} was {word}", label = 1 })
    .Concat(complaints.Select(word => new { text = $"{thing} was {word}", label = 0 }))));

// A small model with random weights, whose tokenizer learns its vocabulary from the texts, so that nothing has to be downloaded.
Seed.Set(42);
var tokenizer = new WordPieceTrainer().Train(data["text"].Cast<string>());
var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer), ["complaint", "praise"]);

// Training.
var arguments = new TrainingArguments("first-run")
{
    NumTrainEpochs = 20, LearningRate = 1e-3, LoggingSteps = 25, SaveStrategy = SaveStrategy.No,
};
var trainer = new Trainer(model, arguments, data.Tokenize(tokenizer), tokenizer: tokenizer, callbacks: [new ProgressCallback()]);
trainer.Train();
trainer.SaveModel("my-model");

// Prediction, usually in another program.
using var classifier = TextClassifier.FromPretrained("my-model");
foreach (var result in classifier.Classify(["the food was great and the service was lovely", "the room was dirty"]))
    Console.WriteLine($"{result.Label} {result.Score:F3}");
#endregion
