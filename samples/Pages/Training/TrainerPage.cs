#region readme-trainer-usings
using Microsoft.Extensions.Logging;
using PeftSharp.Data;
using PeftSharp.Metrics;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Optimization;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using TorchSharp;
#endregion

namespace Pages.Training;

/// <summary>
/// The program of <c>docs/trainer.md</c> and the examples that replace its last part. All share the using lines of this file.
/// </summary>
internal static class TrainerPage
{
    internal static readonly string[] Examples =
    [
        "progress", "resume", "class-weights", "own-loss", "scaled-loss", "optimizers", "parameter-groups", "evaluation-sets",
        "own-metric", "preprocess-logits",
        "raw-columns", "subclass", "model-init", "callback", "logging", "own-head",
    ];

    /// <param name="example">One of <see cref="Examples"/>.</param>
    /// <returns>The trainer after the run. Its model is disposed.</returns>
    internal static async Task<Trainer> Run(string example)
    {
        #region readme-trainer-setup
        // The data: texts with a label, 1 for praise and 0 for a complaint. A quarter of them is kept for the evaluation.
        string[] things = ["the food", "the service", "the room", "the view", "the price"];
        string[] praise = ["great", "lovely", "perfect", "excellent"], complaints = ["awful", "dirty", "poor", "terrible"];
        var texts = Dataset.FromRows(things.SelectMany(thing =>
            praise.Select(word => new { text = $"{thing} was {word}", label = 1 })
                .Concat(complaints.Select(word => new { text = $"{thing} was {word}", label = 0 }))));

        // A small model with random weights and its tokenizer, so that the program runs without a download.
        Seed.Set(42);
        var tokenizer = new WordPieceTrainer().Train(texts["text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128, NumLabels = 2 }
            .WithTokenizer(tokenizer);
        using var model = AutoModelForSequenceClassification.FromConfig(config);

        var split = texts.Tokenize(tokenizer).TrainTestSplit(testSize: 0.25, seed: 42);
        var (train, test) = (split["train"], split["test"]);
        var arguments = new TrainingArguments("trainer-run")
        {
            NumTrainEpochs = 10,
            LearningRate = 2e-3,
            EvalStrategy = IntervalStrategy.Epoch,
            SaveStrategy = SaveStrategy.Epoch,
            SaveTotalLimit = 2,
            SaveOnCancel = true,
        };
        #endregion

        return example switch
        {
            "progress" => await Progress(),
            "resume" => ResumeIfPresent(),
            "class-weights" => WeightedClasses(),
            "own-loss" => OwnLoss(),
            "scaled-loss" => ScaledLoss(),
            "optimizers" => Optimizers(),
            "parameter-groups" => Groups(),
            "evaluation-sets" => EvaluationSets(),
            "own-metric" => OwnMetric(),
            "preprocess-logits" => PreprocessLogits(),
            "raw-columns" => RawColumns(),
            "subclass" => Subclass(),
            "model-init" => ModelInit(),
            "callback" => Callback(),
            "logging" => Logging(),
            "own-head" => OwnHead(),
            _ => throw new ArgumentException($"There is no example '{example}'.", nameof(example)),
        };

        async Task<Trainer> Progress()
        {
            #region readme-trainer-progress
            // Training. Examples without using lines replace everything from here to the end.
            using var console = new ConsoleCancellation();                 // Ctrl+C cancels its token instead of ending the process
            var progress = new Progress<TrainProgress>(p =>
                Console.WriteLine($"step {p.Step} of {p.TotalSteps}, epoch {p.Epoch:F2}, loss {p.Loss:F3}"));
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer);
            try
            {
                await trainer.TrainAsync(progress: progress, cancellationToken: console.Token);
                trainer.SaveModel("trained-model");
            }
            catch (OperationCanceledException cancelled)
            {
                Console.WriteLine(cancelled.Message);                      // names the step and the checkpoint
            }
            #endregion
            return trainer;
        }

        Trainer ResumeIfPresent()
        {
            #region readme-trainer-resume
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer);
            var output = trainer.Train(Resume.IfPresent);
            Console.WriteLine($"{output.GlobalStep} steps are done.");
            #endregion
            return trainer;
        }

        Trainer WeightedClasses()
        {
            #region readme-trainer-class-weights
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer,
                computeLoss: LossFunctions.CrossEntropy([1, 5]));              // a row of class 1 counts five times
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer OwnLoss()
        {
            #region readme-trainer-own-loss
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer, computeLoss: (output, inputs, _) =>
                torch.nn.functional.cross_entropy(output.Logits!, inputs.Labels!, label_smoothing: 0.1));
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer ScaledLoss()
        {
            #region readme-trainer-scaled-loss
            using var weights = torch.tensor([1f, 5f], device: model.Device);
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer, computeLoss: (output, inputs, numItemsInBatch) =>
                torch.nn.functional.cross_entropy(output.Logits!, inputs.Labels!, weight: weights, reduction: torch.nn.Reduction.Sum)
                    / numItemsInBatch!.Value)
            {
                LossUsesNumItemsInBatch = true,
            };
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer Optimizers()
        {
            #region readme-trainer-optimizers
            using var optimizer = new Lion(ParameterGroups.Create(model, weightDecay: 0.01));
            var schedule = new HalvingSchedule { LearningRate = 1e-4, Every = 20 };
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer, optimizers: (optimizer, schedule));
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer Groups()
        {
            #region readme-trainer-parameter-groups
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer, parameterGroups: model =>
            {
                var parameters = model.named_parameters().Where(entry => entry.parameter.requires_grad)
                    .Select(entry => new NamedParameter(entry.name, entry.parameter))
                    .ToLookup(parameter => parameter.Name.StartsWith("classifier.", StringComparison.Ordinal));
                return
                [
                    new(parameters[false]) { WeightDecay = 0.01 },
                    new(parameters[true]) { LearningRateScale = 10 },      // the head has ten times the learning rate
                ];
            });
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer EvaluationSets()
        {
            #region readme-trainer-evaluation-sets
            var halves = test.TrainTestSplit(testSize: 0.5, seed: 42);
            var sets = new Dictionary<string, Dataset> { ["reviews"] = halves["train"], ["tweets"] = halves["test"] };
            var best = arguments with { LoadBestModelAtEnd = true, MetricForBestModel = "tweets_loss" };
            var trainer = new Trainer(model, best, train, tokenizer: tokenizer, evalDatasets: sets);
            trainer.Train();
            Console.WriteLine(trainer.Evaluate());                         // eval_reviews_loss, …, eval_tweets_loss, …
            #endregion
            return trainer;
        }

        Trainer OwnMetric()
        {
            #region readme-trainer-own-metric
            var best = arguments with { LoadBestModelAtEnd = true, MetricForBestModel = "f1_positive" };
            var trainer = new Trainer(model, best, train, test, tokenizer: tokenizer, computeMetrics: p => new Dictionary<string, double>
            {
                ["f1_positive"] = ClassificationMetrics.F1Score(p.LabelIds.Values, p.Predictions.ArgMax(), Average.Binary),   // of class 1
            });
            trainer.Train();
            Console.WriteLine(trainer.Evaluate());                         // eval_loss, eval_f1_positive, …
            #endregion
            return trainer;
        }

        Trainer PreprocessLogits()
        {
            #region readme-trainer-preprocess-logits
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer,
                preprocessLogitsForMetrics: (logits, labels) => [logits[0].argmax(-1)]);
            trainer.Train();
            var classes = trainer.Predict(test).Predictions.Values;        // one number for each row instead of two scores
            Console.WriteLine(string.Join(" ", classes));
            #endregion
            return trainer;
        }

        Trainer RawColumns()
        {
            #region readme-trainer-raw-columns
            var raw = arguments with { RemoveUnusedColumns = false, EvalStrategy = IntervalStrategy.No };
            var trainer = new Trainer(model, raw, texts, dataCollator: new TextCollator(tokenizer, maxLength: 16));
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer Subclass()
        {
            #region readme-trainer-subclass
            var trainer = new FocalTrainer(model, arguments, train, test, tokenizer);
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer ModelInit()
        {
            #region readme-trainer-model-init
            var trainer = new Trainer(
                () => AutoModelForSequenceClassification.FromConfig(config), arguments, train, test, tokenizer: tokenizer);
            Console.WriteLine(trainer.Train().TrainingLoss);
            Console.WriteLine(trainer.Train().TrainingLoss);               // a new model with the same weights: the same loss
            trainer.Model.Dispose();
            #endregion
            return trainer;
        }

        Trainer Logging()
        {
            #region readme-trainer-logging
            using var loggers = LoggerFactory.Create(builder => builder.AddSimpleConsole(options => options.SingleLine = true));
            var logged = arguments with { LoggingSteps = 5, ReportTo = ReportTo.TensorBoard };
            var trainer = new Trainer(model, logged, train, test, tokenizer: tokenizer, logger: loggers.CreateLogger<Trainer>());
            trainer.Train();
            Console.WriteLine($"tensorboard --logdir {Path.Combine(logged.OutputDir, "runs")}");
            #endregion
            return trainer;
        }

        Trainer OwnHead()
        {
            #region readme-trainer-own-head
            var body = AutoModel.FromConfig(config);                           // or AutoModel.FromPretrained(folder)
            using var own = new ModuleModel(new MeanClassifier(body, ((EncoderConfig)body.Config).HiddenSize, classes: 2), body.Inputs,
                SequenceClassificationObjective.Instance, new ModuleConfig { NumLabels = 2 });
            var trainer = new Trainer(own, arguments, train, test, tokenizer: tokenizer);
            Console.WriteLine(trainer.Train().TrainingLoss);
            #endregion
            return trainer;
        }

        Trainer Callback()
        {
            #region readme-trainer-callback
            var trainer = new Trainer(model, arguments, train, test, tokenizer: tokenizer, callbacks: [new StopAtLoss(0.4)]);
            trainer.Train();
            Console.WriteLine($"The run ended after step {trainer.State.GlobalStep}");
            #endregion
            return trainer;
        }
    }
}

#region readme-trainer-lion
/// <summary>Lion: the direction of a step is the sign of a running mean of the gradients (Chen et al. 2023, arXiv:2302.06675).</summary>
internal sealed class Lion(IEnumerable<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.99) : Optimizer(groups)
{
    protected override IReadOnlyList<StateSlot> GetStateSlots(torch.Tensor parameter) => [StateSlot.Like("exp_avg", parameter)];

    protected override void Update(ParameterUpdate update, ParameterGroup group, double learningRate)
    {
        var (parameter, gradient, state) = update;
        var mean = state["exp_avg"];
        parameter.mul_(1 - learningRate * group.WeightDecay);
        parameter.add_((mean * beta1 + gradient * (1 - beta1)).sign(), alpha: -learningRate);
        mean.mul_(beta2).add_(gradient, alpha: 1 - beta2);
    }
}
#endregion

#region readme-trainer-halving
/// <summary>Halves the learning rate every <see cref="Every"/> steps.</summary>
internal sealed record HalvingSchedule : LearningRateSchedule
{
    public required int Every { get; init; }

    protected override double Factor(long stepsDone) => Math.Pow(0.5, stepsDone / Every);
}
#endregion

#region readme-trainer-text-collator
/// <summary>Tokenizes the texts of a batch when the batch is created (not in advance).</summary>
internal sealed class TextCollator(Tokenizer tokenizer, int maxLength) : IDataCollator
{
    public ModelInputs Collate(IReadOnlyList<Row> rows)
    {
        var encoded = tokenizer.Encode(
            [.. rows.Select(row => row.GetString("text"))], truncation: true, padding: true, maxLength: maxLength);
        var inputs = encoded.ToModelInputs();
        inputs.Labels = torch.tensor([.. rows.Select(row => row.GetInt64("label"))]);
        return inputs;
    }
}
#endregion

#region readme-trainer-focal
/// <summary>Trains with the focal loss (Lin et al. 2017, arXiv:1708.02002), which gives examples with large errors more weight.</summary>
internal sealed class FocalTrainer(
    PretrainedModel model, TrainingArguments args, Dataset trainDataset, Dataset evalDataset, Tokenizer tokenizer, double gamma = 2)
    : Trainer(model, args, trainDataset, evalDataset, tokenizer: tokenizer)
{
    protected override (torch.Tensor? Loss, ModelOutput Outputs) ComputeLoss(
        PretrainedModel model, ModelInputs inputs, ForwardOptions options)
    {
        var outputs = model.call(inputs, options);
        var logProbabilities = torch.nn.functional.log_softmax(outputs.Logits!, dim: -1);
        var ofLabels = logProbabilities.gather(1, inputs.Labels!.unsqueeze(1)).squeeze(1);
        return ((-(1 - ofLabels.exp()).pow(gamma) * ofLabels).mean(), outputs);
    }
}
#endregion

#region readme-trainer-stop
/// <summary>Ends the run when the evaluation loss is small enough.</summary>
internal sealed class StopAtLoss(double limit) : TrainerCallback
{
    public override void OnEvaluate(
        TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics)
    {
        if (metrics["eval_loss"] < limit) control.ShouldTrainingStop = true;
    }
}
#endregion

#region readme-trainer-mean-classifier
/// <summary>A classifier that reads the mean of the hidden states of a text.</summary>
internal sealed class MeanClassifier : torch.nn.Module<ModelInputs, ModelOutput>
{
    private readonly PretrainedModel _body;
    private readonly TorchSharp.Modules.Linear _classifier;

    internal MeanClassifier(PretrainedModel body, int hiddenSize, int classes) : base(nameof(MeanClassifier))
    {
        _body = body;
        _classifier = torch.nn.Linear(hiddenSize, classes);
        RegisterComponents();
    }

    public override ModelOutput forward(ModelInputs inputs)
    {
        var states = _body.call(inputs).LastHiddenState!;                          // [texts, tokens, hidden size]
        var mask = inputs.AttentionMask!.unsqueeze(-1).to(states.dtype);           // 0 for padding
        return new() { Logits = _classifier.call((states * mask).sum(1) / mask.sum(1)) };
    }
}
#endregion
