using System.Collections.Concurrent;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using PeftSharp.Training.Batching;

namespace PeftSharp.Tests.Training;

/// <summary>Batches that other threads prepare ahead of time change no result.</summary>
public sealed class BatchesAheadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1), InlineData(3), InlineData(100)]
    public void A_run_ends_with_the_same_bits(int workers)
    {
        var expected = Train(workers: 0, new DataCollatorWithPadding(padTokenId: 0));
        using var model = TinyRun.Model(dropout: 0.1);
        Run(model, workers, new DataCollatorWithPadding(padTokenId: 0));
        TinyRun.AssertSameBits(expected, model);
    }

    [Fact]
    public void A_collator_that_draws_random_numbers_makes_its_batches_in_order()
    {
        var expected = Train(workers: 0, new Shuffling());
        using var model = TinyRun.Model(dropout: 0.1);
        var collator = new Shuffling();
        Run(model, workers: 3, collator);
        TinyRun.AssertSameBits(expected, model);
        collator.Threads.Distinct().Should().Equal(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void As_many_batches_as_workers_are_made_ahead_and_unused_batches_are_freed()
    {
        var collator = new Watching();
        var loader = new BatchLoader(collator, new TrainingArguments(_folder.Path) { DataloaderNumWorkers = 2 },
            () => throw new InvalidOperationException("Custom collators may replace the token ids."));
        using (var queue = loader.Queue(TinyRun.Rows(10), Enumerable.Range(0, 10).Select(row => new[] { row })))
        using (queue.Next())
            Assert.True(SpinWait.SpinUntil(() => collator.Made.Count == 3, TimeSpan.FromSeconds(10)),
                $"{collator.Made.Count} batches have been made.");
        collator.Threads.Should().Contain(thread => thread != Environment.CurrentManagedThreadId);
        foreach (var inputs in collator.Made)
            Assert.True(inputs.Tensors.Count == 0 || inputs.InputIds!.IsInvalid, "A batch has not been freed.");
        Assert.Equal(3, collator.Made.Count);
    }

    [Fact]
    public void A_row_that_cannot_be_read_fails_the_step_that_reads_it_and_no_earlier_step()
    {
        using var model = TinyRun.Model();
        var args = Arguments(workers: 4) with { TrainSamplingStrategy = SamplingStrategy.Sequential };
        var trainer = new Trainer(model, args, TinyRun.Rows(16), dataCollator: new Failing(row: 4));
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<DatasetException>().Which.Message.Should().Be("Row 4.");
        Assert.Equal(2, trainer.State.GlobalStep);                    // two rows a batch
    }

    [Fact]
    public void An_evaluation_has_the_same_loss_with_workers()
    {
        using var model = TinyRun.Model();
        var expected = TinyRun.Trainer(Arguments(workers: 0), evaluation: TinyRun.Rows(9)).Evaluate()["eval_loss"];
        Assert.Equal(expected, TinyRun.Trainer(Arguments(workers: 2), evaluation: TinyRun.Rows(9)).Evaluate()["eval_loss"]);
    }

    private TrainingArguments Arguments(int workers) => TinyRun.Arguments(_folder) with { DataloaderNumWorkers = workers };

    private Dictionary<string, TorchSharp.torch.Tensor> Train(int workers, IDataCollator collator)
    {
        using var model = TinyRun.Model(dropout: 0.1);
        Run(model, workers, collator);
        return TinyRun.Bits(model);
    }

    private void Run(PretrainedModel model, int workers, IDataCollator collator) =>
        new Trainer(model, Arguments(workers) with { GradientAccumulationSteps = 2 }, TinyRun.Rows(15), dataCollator: collator).Train();

    /// <summary>Records the batches that it made and the threads.</summary>
    private class Watching : IDataCollator
    {
        private readonly DataCollatorWithPadding _padding = new(padTokenId: 0);

        internal ConcurrentQueue<int> Threads { get; } = [];
        internal ConcurrentQueue<ModelInputs> Made { get; } = [];

        public virtual ModelInputs Collate(IReadOnlyList<Row> rows)
        {
            var inputs = _padding.Collate(rows);
            Threads.Enqueue(Environment.CurrentManagedThreadId);
            Made.Enqueue(inputs);
            return inputs;
        }
    }

    /// <summary>Draws a token for the last place of each batch.</summary>
    private sealed class Shuffling : Watching, IDataCollator
    {
        public bool DrawsRandomNumbers => true;

        public override ModelInputs Collate(IReadOnlyList<Row> rows)
        {
            var inputs = base.Collate(rows);
            using var token = TorchSharp.torch.randint(10, TinyRun.Vocabulary, [1], TorchSharp.torch.ScalarType.Int64);
            inputs.InputIds![0, 0] = token[0];
            return inputs;
        }
    }

    private sealed class Failing(int row) : IDataCollator
    {
        private readonly DataCollatorWithPadding _padding = new(padTokenId: 0);

        public ModelInputs Collate(IReadOnlyList<Row> rows) =>
            rows.Any(each => each.Index == row) ? throw new DatasetException($"Row {row}.") : _padding.Collate(rows);
    }
}
