#region readme-rare-usings
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>Classes with very different numbers of rows: weights of the classes in the loss.</summary>
internal static class RareClasses
{
    internal static void Run(string[] args)
    {
        #region readme-rare
        Seed.Set(42);
        string[] things = ["the parcel", "the lamp", "the radio", "the phone", "my order", "the printer", "the camera", "the heater"];
        string[] often = ["is late", "has not arrived", "was sent to my neighbour", "is lost", "was left outside", "comes tomorrow"];
        var data = Dataset.FromRows(things.SelectMany(thing => often.Select(problem => ($"{thing} {problem}", "delivery"))
            .Append(($"{thing} is broken", "defect")).Append(($"{thing} was too expensive", "price"))), "text", "label")
            .ClassEncodeColumn("label");                                     // 48 rows of delivery, 8 of defect, 8 of price

        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(data["text"].Cast<string>());
        var tokenizer = AutoTokenizer.FromPretrained(name);
        var names = data.GetClassNames("label");
        using var model = AutoModelForSequenceClassification.FromPretrained(name, new PretrainedOptions { LabelNames = names });

        // stratifyByColumn: both parts have rows of each class, in the same proportion.
        var split = data.Tokenize(tokenizer, maxLength: 64).TrainTestSplit(testSize: 0.25, seed: 42, stratifyByColumn: "labels");
        var arguments = new TrainingArguments("rare")
        {
            NumTrainEpochs = 40,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var weights = ClassWeights.Balanced(split["train"]);                 // 0.44 for delivery, 2.67 for the rare classes
        var trainer = new Trainer(model, arguments, split["train"], split["test"], tokenizer: tokenizer,
            computeLoss: LossFunctions.CrossEntropy(weights));
        trainer.Train();
        Console.WriteLine(trainer.Predict(split["test"]).EvalPrediction.GetClassificationReport(names));
        trainer.SaveModel("rare/model");

        using var classify = TextClassifier.FromPretrained("rare/model");
        Console.WriteLine(classify.Classify("the radio was too expensive").Label);

        // A small model with random weights, so that the program runs without a download.
        static string SmallBert(IEnumerable<string> texts)
        {
            var words = texts.SelectMany(text => text.ToLowerInvariant().Split(' ')).Distinct();
            var folder = Directory.CreateDirectory("small-bert").FullName;
            File.WriteAllLines(Path.Combine(folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]);
            using var model = AutoModel.FromConfig(new BertConfig
            {
                VocabSize = 5 + words.Count(), HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128,
                MaxPositionEmbeddings = 64,
            });
            model.SavePretrained(folder);
            return folder;
        }
        #endregion
    }
}
