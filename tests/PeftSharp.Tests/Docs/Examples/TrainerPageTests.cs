using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Optimization;
using PeftSharp.Tests.Training;
using PeftSharp.Training;
using TorchSharp;

namespace PeftSharp.Tests.Docs.Examples;

/// <summary>The code of docs/trainer.md runs.</summary>
public sealed class TrainerPageTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private TrainingArguments Arguments => TinyRun.Arguments(_folder) with { MaxSteps = 2 };

    [Fact]
    public void A_loss_with_class_weights()
    {
        var (model, arguments, train, collator) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-class-weights
        using var weights = torch.tensor([1f, 5f]);                    // the second class is rare
        var trainer = new Trainer(model, arguments, train, dataCollator: collator,
            computeLoss: (output, inputs, _) => torch.nn.functional.cross_entropy(output.Logits!, inputs.Labels!, weight: weights));
        trainer.Train();
        #endregion
        Assert.Equal(2, trainer.State.GlobalStep);
    }

    [Fact]
    public void A_loss_that_divides_by_the_targets_of_the_step()
    {
        var (model, arguments, train, collator) = (TinyRun.Model(), Arguments with { GradientAccumulationSteps = 2 }, TinyRun.Rows(8), new PaddingCollator());
        #region readme-scaled-loss
        using var weights = torch.tensor([1f, 5f]);
        var trainer = new Trainer(model, arguments, train, dataCollator: collator,
            computeLoss: (output, inputs, numItemsInBatch) => torch.nn.functional.cross_entropy(
                output.Logits!, inputs.Labels!, weight: weights, reduction: torch.nn.Reduction.Sum) / numItemsInBatch!.Value)
        {
            LossIsScaledForGa = true,
        };
        trainer.Train();
        #endregion
        Assert.Equal(2, trainer.State.GlobalStep);
    }

    [Fact]
    public void An_optimizer_and_a_schedule()
    {
        var (model, arguments, train, collator) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-optimizers
        using var optimizer = new Lion(ParameterGroups.Of(model, weightDecay: 0.01));
        var trainer = new Trainer(model, arguments, train, dataCollator: collator,
            optimizers: (optimizer, new HalvingSchedule { LearningRate = 1e-4, Every = 1000 }));
        trainer.Train();
        #endregion
        Assert.Equal(1e-4, trainer.State.LogHistory[0]["learning_rate"]);
    }

    [Fact]
    public void Parameter_groups()
    {
        var (model, arguments, train, collator) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-parameter-groups
        var trainer = new Trainer(model, arguments, train, dataCollator: collator, parameterGroups: model =>
        {
            var parameters = model.named_parameters().Where(entry => entry.parameter.requires_grad)
                .Select(entry => new NamedParameter(entry.name, entry.parameter))
                .ToLookup(parameter => parameter.Name.StartsWith("classifier.", StringComparison.Ordinal));
            return
            [
                new(parameters[false]) { WeightDecay = 0.01 },
                new(parameters[true]) { LearningRateScale = 10 },          // the new head learns ten times as fast
            ];
        });
        trainer.Train();
        #endregion
        Assert.Equal(2, trainer.State.GlobalStep);
    }

    [Fact]
    public void Two_evaluation_sets()
    {
        var (model, arguments, train, reviews, tweets, collator) = (TinyRun.Model(), Arguments with { EvalStrategy = IntervalStrategy.Epoch, SaveStrategy = SaveStrategy.Epoch, NumTrainEpochs = 1, MaxSteps = -1 }, TinyRun.Rows(8), TinyRun.Rows(4), TinyRun.Rows(6), new PaddingCollator());
        #region readme-evaluation-sets
        var trainer = new Trainer(model, arguments with { LoadBestModelAtEnd = true, MetricForBestModel = "tweets_loss" }, train, dataCollator: collator,
            evalDatasets: new Dictionary<string, Dataset> { ["reviews"] = reviews, ["tweets"] = tweets });
        trainer.Train();
        var metrics = trainer.Evaluate();                                  // eval_reviews_loss, …, eval_tweets_loss, …
        #endregion
        Assert.Contains("eval_reviews_loss", metrics.Keys);
        Assert.Equal(metrics["eval_tweets_loss"], trainer.State.BestMetric!.Value, 6);
    }

    [Fact]
    public void A_collator_that_tokenizes()
    {
        var tokenizer = AutoTokenizer.FromPretrained(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "tiny-bert"));
        var model = AutoModelForSequenceClassification.FromConfig(new BertConfig { VocabSize = tokenizer.Count, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 16, MaxPositionEmbeddings = 16, NumLabels = 2 });
        var arguments = Arguments with { NumTrainEpochs = 4, MaxSteps = -1 };
        #region readme-raw-columns
        var train = Dataset.FromRows([new { text = "a fine film", label = 1 }, new { text = "what a bore", label = 0 }, new { text = "fine, fine, fine", label = 1 }]);
        var trainer = new Trainer(model, arguments with { RemoveUnusedColumns = false }, train, dataCollator: new TextCollator(tokenizer, maxLength: 16));
        trainer.Train();
        #endregion
        Assert.Equal(8, trainer.State.GlobalStep);
        var encoded = new PaddingCollator().Collate([.. Tokenized().Select(row => row)]);
        var raw = new TextCollator(tokenizer, 16).Collate([train[0], train[1], train[2]]);
        foreach (var name in new[] { "input_ids", "attention_mask" }) Assert.True(encoded[name]!.eq(raw[name]!).all().item<bool>(), name);

        IEnumerable<Row> Tokenized()
        {
            var columns = train.Map(batch => tokenizer.Encode(batch.Text("text")).ToColumns(), batched: true).SelectColumns("input_ids", "attention_mask");
            return Enumerable.Range(0, 3).Select(row => columns[row]);
        }
    }

    [Fact]
    public void A_derived_class()
    {
        var (model, arguments, train, collator) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-use-subclass
        var trainer = new FocalTrainer(model, arguments, train, collator);
        trainer.Train();
        #endregion
        Assert.Equal(2, trainer.State.GlobalStep);
    }

    [Fact]
    public void A_model_for_each_run()
    {
        var folder = _folder.File("start");
        TinyRun.Model().SavePretrained(folder);
        var (arguments, train, collator) = (Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-model-init
        var trainer = new Trainer(args: arguments, trainDataset: train, dataCollator: collator,
            modelInit: () => AutoModelForSequenceClassification.FromPretrained(folder, numLabels: 2));
        trainer.Train();                                                   // the seed is set before: a second call repeats the run
        #endregion
        Assert.Equal(2, trainer.State.GlobalStep);
    }

    [Fact]
    public void Predictions_that_take_less_memory()
    {
        var (model, arguments, test, collator) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-preprocess-logits
        var trainer = new Trainer(model, arguments, dataCollator: collator, preprocessLogitsForMetrics: (logits, labels) => [logits[0].argmax(-1)]);
        var classes = trainer.Predict(test).Predictions.Values;             // one number for each row
        #endregion
        Assert.Equal(8, classes.Length);
    }
}
