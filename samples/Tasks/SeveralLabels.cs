#region readme-labels-usings
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>Any number of labels for a text.</summary>
internal static class SeveralLabels
{
    internal static void Run(string[] args)
    {
        #region readme-labels
        Seed.Set(42);
        string[] names = ["food", "price", "service"], phrases = ["the meal was cold", "it was too expensive", "the waiter was rude"];
        var rows = Enumerable.Range(1, 7).SelectMany(bits => Enumerable.Range(0, 12).Select(_ => bits)).Select(bits => (
            Text: string.Join(" and ", phrases.Where((_, label) => (bits >> label & 1) == 1)),
            Labels: names.Select((_, label) => (bits >> label & 1) == 1).ToArray())).ToArray();       // true for each label that applies
        var data = Dataset.FromDict(("text", rows.Select(row => row.Text)), ("labels", rows.Select(row => row.Labels)));

        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(data["text"].Cast<string>());
        var tokenizer = AutoTokenizer.FromPretrained(name);
        var options = new PretrainedOptions { LabelNames = names, ProblemType = ProblemType.MultiLabelClassification };
        using var model = AutoModelForSequenceClassification.FromPretrained(name, options);

        var arguments = new TrainingArguments("labels")
        {
            NumTrainEpochs = 50,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, data.Tokenize(tokenizer, "text", maxLength: 64), tokenizer: tokenizer);
        trainer.Train();
        trainer.SaveModel("labels/model");

        using var classify = TextClassifier.FromPretrained("labels/model");
        foreach (var result in classify.Classify(["it was too expensive and the waiter was rude", "the meal was cold"], threshold: 0.5))
            Console.WriteLine($"{string.Join(", ", result.Labels)} (food {result["food"]:F3})");

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
