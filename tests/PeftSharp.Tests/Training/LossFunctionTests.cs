using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Optimization;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Training;

/// <summary>
/// A custom loss function is trained and evaluated, and a step does not depend on how its rows are divided into batches.
/// </summary>
public sealed class LossFunctionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static Tensor WeightsFor(Tensor batch) => tensor([1f, 5f], device: batch.device);

    private static ComputeLoss Weighted => (output, inputs, _) =>
        functional.cross_entropy(output.Logits!, inputs.Labels!, weight: WeightsFor(output.Logits!));

    private static ComputeLoss WeightedSum => (output, inputs, numItemsInBatch) => functional.cross_entropy(
        output.Logits!, inputs.Labels!, weight: WeightsFor(output.Logits!), reduction: Reduction.Sum) / numItemsInBatch!.Value;

    [Theory]
    [InlineData(4, 2)]
    [InlineData(2, 4)]
    public void Class_weights_accumulated_over_batches_with_equal_classes_take_the_step_of_one_large_batch(int batch, int accumulation) =>
        AssertSame(Trained(Weighted, 8, 1), Trained(Weighted, batch, accumulation));

    [Theory]
    [InlineData(4, 2)]
    [InlineData(3, 3)]          // batches with other classes, and a shorter last batch
    [InlineData(1, 8)]
    public void A_sum_divided_by_the_targets_of_the_step_takes_the_step_of_one_large_batch_whatever_the_classes(
        int batch, int accumulation) =>
        AssertSame(Trained(WeightedSum, 8, 1, isScaled: true), Trained(WeightedSum, batch, accumulation, isScaled: true));

    [Fact]
    public void A_native_error_in_the_loss_function_is_named_with_the_tensors_and_without_the_native_stack()
    {
        var trainer = new Trainer(TinyRun.Model(), TinyRun.Arguments(_folder), TinyRun.Rows(4),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            computeLoss: (output, inputs, _) =>
                functional.cross_entropy(output.Logits!, inputs.Labels!, weight: ones(5, device: output.Logits!.device)));
        var message = FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<InvalidOperationException>().Which.Message;
        message.Should().ContainAll("computeLoss", "weight tensor", "logits Float32 [", "labels Int64 [").And.NotContain("frame #");
    }

    [Fact]
    public void The_models_loss_as_a_function_gives_the_same_run()
    {
        static Tensor Plain(ModelOutput output, ModelInputs inputs, double? _) => functional.cross_entropy(output.Logits!, inputs.Labels!);
        AssertSame(Trained(null, 3, 2), Trained(Plain, 3, 2));
    }

    [Fact]
    public void The_model_computes_no_loss_and_the_function_gets_logits_labels_and_no_divisor()
    {
        var (seen, missing) = (new List<double?>(), 0);
        Trained((output, inputs, numItemsInBatch) =>
        {
            if (output.Loss is not null || inputs.Labels is null || output.Logits is null) missing++;
            seen.Add(numItemsInBatch);
            return functional.cross_entropy(output.Logits!, inputs.Labels!);
        }, 4, 2);
        Assert.Equal(0, missing);
        seen.Should().Equal(null, null, null, null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_evaluation_has_the_functions_loss_and_rows_without_labels_have_none(bool isScaled)
    {
        using var model = TinyRun.Model();
        var rows = TinyRun.Rows(8);
        IReadOnlyDictionary<string, double> Evaluate(int batch)
        {
            var args = TinyRun.Arguments(_folder) with { PerDeviceEvalBatchSize = batch };
            ComputeLoss loss = isScaled ? WeightedSum : Weighted;
            var trainer = new Trainer(
                model, args, evalDataset: rows, dataCollator: new DataCollatorWithPadding(padTokenId: 0), computeLoss: loss)
            {
                LossUsesNumItemsInBatch = isScaled,
            };
            return trainer.Evaluate();
        }
        model.eval();
        var inputs = new DataCollatorWithPadding(padTokenId: 0).Collate([.. Enumerable.Range(0, 8).Select(row => rows[row])]);
        var labels = inputs.Labels!;
        inputs.Labels = null;
        var expected = functional.cross_entropy(model.call(inputs).Logits!, labels, weight: WeightsFor(labels),
            reduction: isScaled ? Reduction.Sum : Reduction.Mean).item<float>() / (isScaled ? 8 : 1);
        Evaluate(8)["eval_loss"].Should().BeApproximately(expected, 5e-6);
        Evaluate(2)["eval_loss"].Should().BeApproximately(expected, 5e-6);
        var predicted = new Trainer(model, TinyRun.Arguments(_folder), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            computeLoss: Weighted).Predict(rows.RemoveColumns("labels"));
        Assert.False(predicted.Metrics.ContainsKey("test_loss"));
        predicted.Predictions.Shape.Should().Equal(8, 2);
    }

    [Fact]
    public void A_language_model_gives_the_function_its_logits()
    {
        manual_seed(1);
        using var model = AutoModelForCausalLM.FromConfig(
            new Gpt2Config { VocabSize = TinyRun.Vocabulary, NEmbd = 8, NLayer = 1, NHead = 2, NPositions = 12 });
        var shapes = new List<long[]>();
        var trainer = new Trainer(model, TinyRun.Arguments(_folder) with { MaxSteps = 2 },
            Dataset.FromList([TinyRun.Row([5, 6, 7], (long[])[5, 6, 7]), TinyRun.Row([6, 7, 8], (long[])[6, 7, 8])]),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0), computeLoss: (output, inputs, _) =>
            {
                shapes.Add(output.Logits!.shape);
                return functional.cross_entropy(output.Logits![TensorIndex.Ellipsis, ..^1, TensorIndex.Colon].flatten(0, 1),
                    inputs.Labels![TensorIndex.Ellipsis, 1..].flatten());
            });
        trainer.Train();
        shapes.Should().AllSatisfy(shape => shape.Should().Equal(2, 3, TinyRun.Vocabulary));
    }

    [Fact]
    public void Labels_may_be_what_the_function_reads_and_the_model_would_refuse()
    {
        using var model = TinyRun.Model();
        var rows = Dataset.FromList([TinyRun.Row([5, 6, 7], (float[])[0.9f, 0.1f]), TinyRun.Row([6, 7], (float[])[0.2f, 0.8f])]);
        var trainer = new Trainer(model, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, rows,
            dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            computeLoss: (output, inputs, _) => -(inputs.Labels! * functional.log_softmax(output.Logits!, dim: -1)).sum(-1).mean());
        trainer.Train().TrainingLoss.Should().BeGreaterThan(0);
    }

    [Fact]
    public void A_student_learns_from_a_teacher_on_rows_without_labels_and_their_absence_is_warned_of()
    {
        using var teacher = TinyRun.Model();
        teacher.eval();
        teacher.to(TestDevice.Current);
        manual_seed(5);
        using var student = AutoModelForSequenceClassification.FromConfig((PeftSharp.Models.Bert.BertConfig)teacher.Config);
        var rows = TinyRun.Rows(8).RemoveColumns("labels");
        var warnings = new Warnings();
        var trainer = new Trainer(student,
            TinyRun.Arguments(_folder) with { NumTrainEpochs = 10, LearningRate = 1e-3, GradientAccumulationSteps = 2 }, rows,
            dataCollator: new DataCollatorWithPadding(padTokenId: 0), callbacks: [warnings], computeLoss: (output, inputs, _) =>
        {
            Tensor wanted;
            using (no_grad()) wanted = teacher.call(inputs).Logits!;
            return (output.Logits! - wanted).square().mean();
        });
        trainer.Train();
        var losses = trainer.State.LogHistory.Where(line => line.ContainsKey("loss")).Select(line => line["loss"]).ToArray();
        Assert.InRange(losses[^1], 0, losses[0] / 2);
        warnings.Messages.Should().Contain(
            message => message.Contains("has no labels (labels), so the custom loss gets no labels", StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_without_a_head_learns_by_the_function_alone()
    {
        manual_seed(1);
        using var body = AutoModel.FromConfig((PeftSharp.Models.Bert.BertConfig)TinyRun.Model().Config);
        var (rows, evaluated) = (TinyRun.Rows(8).RemoveColumns("labels"), TinyRun.Rows(4).RemoveColumns("labels"));
        var trainer = new Trainer(body, TinyRun.Arguments(_folder) with { NumTrainEpochs = 5 }, rows, evaluated,
            new DataCollatorWithPadding(padTokenId: 0), computeLoss: (output, _, _) => output.PoolerOutput!.square().mean());
        var before = trainer.Evaluate()["eval_loss"];
        trainer.Train();
        trainer.Evaluate()["eval_loss"].Should().BeInRange(0, before / 2);
    }

    [Fact]
    public void Columns_that_the_model_does_not_read_reach_the_function_if_they_are_kept()
    {
        using var model = TinyRun.Model();
        var rows = Dataset.FromList([.. Enumerable.Range(0, 4).Select(row =>
            new Dictionary<string, object?>(TinyRun.Row([5 + row % 2, 7, 8], (long)(row % 2))) { ["weight"] = row < 2 ? 1.0 : 0.0 })]);
        var seen = 0f;
        var trainer = new Trainer(model,
            TinyRun.Arguments(_folder) with { RemoveUnusedColumns = false, PerDeviceTrainBatchSize = 4, MaxSteps = 1 }, rows,
            dataCollator: new DataCollatorWithPadding(padTokenId: 0), computeLoss: (output, inputs, _) =>
        {
            seen = inputs["weight"]!.sum().item<float>();
            return (functional.cross_entropy(output.Logits!, inputs.Labels!, reduction: Reduction.None) * inputs["weight"]!).mean();
        });
        trainer.Train();
        Assert.Equal(2, seen);
    }

    [Fact]
    public void In_bfloat16_the_function_gets_scores_in_float32()
    {
        using var model = TinyRun.Model();
        var types = new List<ScalarType>();
        new Trainer(
            model, TinyRun.Arguments(_folder) with { Bf16 = true, MaxSteps = 2 }, TinyRun.Rows(4),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            computeLoss: (output, inputs, _) =>
        {
            types.Add(output.Logits!.dtype);
            return functional.cross_entropy(output.Logits!, inputs.Labels!);
        }).Train();
        types.Should().AllSatisfy(type => type.Should().Be(ScalarType.Float32));
    }

    [Fact]
    public void A_loss_that_is_no_scalar_or_needs_no_gradient_is_refused()
    {
        Exception Error(ComputeLoss loss) => FluentActions.Invoking(() => Trained(loss, 4, 1))
            .Should().ThrowExactly<ArgumentException>().Which;
        Error((output, inputs, _) => functional.cross_entropy(output.Logits!, inputs.Labels!, reduction: Reduction.None)).Message
            .Should().Contain("[4]");
        Error((output, inputs, _) => functional.cross_entropy(output.Logits!.detach(), inputs.Labels!)).Message
            .Should().Contain("requires_grad");
        FluentActions.Invoking(() => Trained((output, inputs, _) => functional.cross_entropy(output.Logits!, inputs.Labels!) / 0, 4, 1))
            .Should().ThrowExactly<NonFiniteLossException>();
    }

    private static (PretrainedModel Model, IReadOnlyDictionary<string, double>[] Log) Trained(
        ComputeLoss? loss, int batch, int accumulation, bool? isScaled = null)
    {
        using var folder = new TemporaryFolder();
        var args = TinyRun.Arguments(folder) with
        {
            Optim = OptimizerName.Sgd,
            LearningRate = 0.1,
            PerDeviceTrainBatchSize = batch,
            GradientAccumulationSteps = accumulation,
            TrainSamplingStrategy = SamplingStrategy.Sequential,
        };
        var trainer = new Trainer(
            TinyRun.Model(), args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0), computeLoss: loss)
        {
            LossUsesNumItemsInBatch = isScaled,
        };
        trainer.Train();
        return (trainer.Model, [.. trainer.State.LogHistory.Where(line => line.ContainsKey("loss"))]);
    }

    private static void AssertSame(
        (PretrainedModel Model, IReadOnlyDictionary<string, double>[] Log) large,
        (PretrainedModel Model, IReadOnlyDictionary<string, double>[] Log) small)
    {
        small.Log.Select(line => Math.Round(line["loss"], 5)).Should().Equal(large.Log.Select(line => Math.Round(line["loss"], 5)));
        foreach (var (line, other) in large.Log.Zip(small.Log)) other["grad_norm"].Should().BeApproximately(line["grad_norm"], 1e-4);
        var found = small.Model.state_dict();
        foreach (var (name, value) in large.Model.state_dict()) Close.Equal(value, found[name], 1e-5, name, leastScale: 1e-2);
    }

    [Fact]
    public void The_cross_entropy_of_the_library_is_that_of_PyTorch()
    {
        var logits = tensor(new float[] { 1, 2, 3, 0, -1, 4 }, [2, 3]);
        var labels = tensor([2L, -100L]);
        using var inputs = new ModelInputs { Labels = labels };
        var expected = functional.cross_entropy(logits, labels, tensor([1f, 5f, 2f]), label_smoothing: 0.1);
        var loss = LossFunctions.CrossEntropy([1, 5, 2], labelSmoothing: 0.1)(new ModelOutput { Logits = logits }, inputs, null);
        Assert.Equal(expected.item<float>(), loss.item<float>());
        FluentActions.Invoking(() => LossFunctions.CrossEntropy([1, 5])(new ModelOutput { Logits = logits }, inputs, null))
            .Should().ThrowExactly<ArgumentException>().WithMessage("classWeights contains 2 weights, but the model has 3 classes*");
        FluentActions.Invoking(() => LossFunctions.CrossEntropy([1, -1]))
            .Should().ThrowExactly<ArgumentException>().WithMessage("*[1] is -1*");
        FluentActions.Invoking(() => LossFunctions.CrossEntropy([1], labelSmoothing: 2)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_cross_entropy_of_the_library_trains_as_a_function_of_the_program()
    {
        AssertSame(Trained(Weighted, 8, 1), Trained(LossFunctions.CrossEntropy([1, 5]), 8, 1));
    }

    [Fact]
    public void Balanced_weights_are_those_of_scikit_learn()
    {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1, 2, 2]) is [0.6666…, 2, 1].
        long[] labels = [0, 0, 0, 1, 2, 2];
        ClassWeights.Balanced(Dataset.FromDict(("labels", labels))).Should().Equal(6.0 / 3 / 3, 2, 1);
        var named = Dataset.FromDict(("Label", new[] { "b", "a", "b", "b" })).ClassEncodeColumn("Label");
        ClassWeights.Balanced(named, "label").Should().Equal(2, 4.0 / 6);
        void Refused(Func<object> action, string message) => action.Should().ThrowExactly<DatasetException>().WithMessage(message);
        Refused(() => ClassWeights.Balanced(Dataset.FromDict(("labels", Array.Empty<long>()))), "*contains no labels*numClasses*");
        Refused(() => ClassWeights.Balanced(Dataset.FromDict(("labels", labels)), numClasses: 4), "Class 3 has no rows*");
        Refused(() => ClassWeights.Balanced(named, "label", numClasses: 5), "Class 2 has no rows*");
        Refused(() => ClassWeights.Balanced(Dataset.FromDict(("labels", labels)), numClasses: 2), "*class id 2, *number of classes is 2*");
        FluentActions.Invoking(() => ClassWeights.Balanced(Dataset.FromDict(("labels", labels)), numClasses: 0))
            .Should().ThrowExactly<ArgumentOutOfRangeException>().WithParameterName("numClasses");
        Refused(() => ClassWeights.Balanced(Dataset.FromDict(("labels", new[] { "a" }))), "*ClassEncodeColumn*");
        Refused(() => ClassWeights.Balanced(named.Select([1]), "Label"), "Class 1 (b) has no rows*");
    }
}
