using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Prediction;
using PeftSharp.Tests.Hub;
using PeftSharp.Tests.Tuners;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using Recorded = PeftSharp.Tests.Prediction.Recorded;

namespace PeftSharp.Tests.Training;

/// <summary>A tokenizer of another model is reported before the first step, not when a text first contains one of its tokens.</summary>
public sealed class VocabularyMatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void A_token_id_of_a_late_row_is_refused_before_the_first_step(bool inEvaluation)
    {
        var good = TinyRun.Rows(8);
        Dictionary<string, object?> bad = TinyRun.Row([5, 6, TinyRun.Vocabulary], 1L);
        var rows = Datasets.ConcatenateDatasets(good, Dataset.FromList([bad]));
        using var model = TinyRun.Model();
        var before = TinyRun.Bits(model);
        var trainer = new Trainer(model, TinyRun.Arguments(_folder) with { EvalStrategy = IntervalStrategy.Epoch },
            inEvaluation ? good : rows, inEvaluation ? rows : good, new DataCollatorWithPadding(padTokenId: 0));
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<DatasetException>().WithMessage(
            $"'input_ids' contains {TinyRun.Vocabulary} at [2] of row 8 of the {(inEvaluation ? "evaluation" : "training")} data. "
            + $"The embeddings have {TinyRun.Vocabulary} rows (vocab_size): use the tokenizer that belongs to this model.*");
        TinyRun.AssertSameBits(before, model);
    }

    [Fact]
    public void Of_a_large_mapped_dataset_the_ends_are_checked_before_the_first_step_and_the_other_rows_in_their_batch()
    {
        const int Rows = 30_000;
        using var model = TinyRun.Model();
        var arguments = TinyRun.Arguments(_folder) with { MaxSteps = 2, TrainSamplingStrategy = SamplingStrategy.Sequential };
        Train(Mapped(Rows - 1)).Should().Throw<DatasetException>().WithMessage($"*at [1] of row {Rows - 1} of the training data.*");
        // Row 125 is between the rows that are checked before the first step.
        Train(Mapped(125)).Should().NotThrow("the run ends before this row");
        arguments = arguments with { MaxSteps = 100 };
        Train(Dataset.LoadFromDisk(_folder.File("rows-125"))).Should().Throw<DatasetException>()
            .WithMessage($"'input_ids' contains {TinyRun.Vocabulary} at [1] of row 125 of the training data.*");

        Action Train(Dataset rows) => () => new Trainer(model, arguments, rows, dataCollator: new DataCollatorWithPadding(0)).Train();

        Dataset Mapped(int bad)
        {
            var folder = _folder.File($"rows-{bad}");
            Dataset.FromDict(
                ("input_ids", Enumerable.Range(0, Rows).Select(row => new[] { 5, row == bad ? TinyRun.Vocabulary : 6 }).ToArray()),
                ("labels", new long[Rows])).SaveToDisk(folder);
            return Dataset.LoadFromDisk(folder);
        }
    }

    [Fact]
    public void A_row_of_a_stream_without_an_embedding_is_named()
    {
        using var model = TinyRun.Model();
        var rows = Dataset.FromDict(
            ("input_ids", Enumerable.Range(0, 6).Select(row => new[] { 5L, row == 4 ? -1 : 6 }).ToArray()), ("labels", new long[6]));
        var arguments = TinyRun.Arguments(_folder) with { MaxSteps = 9, PerDeviceTrainBatchSize = 2 };
        var trainer = new Trainer(model, arguments, rows.ToIterableDataset(), dataCollator: new DataCollatorWithPadding(0));
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<DatasetException>()
            .WithMessage("'input_ids' contains -1 at [1] of row 4 of the training data.*");
        FluentActions.Invoking(() => trainer.Evaluate(rows)).Should().ThrowExactly<DatasetException>()
            .WithMessage("'input_ids' contains -1 at [1] of row 4 of the data.*");
    }

    [Fact]
    public void A_padding_token_without_an_embedding_is_refused_with_the_remedy()
    {
        var tokenizer = Recorded.Tokenizer();
        tokenizer.AddSpecialTokens(new Dictionary<string, AddedToken> { ["pad_token"] = "[NEW]" });
        using var model = TinyRun.Model();
        var trainer = new Trainer(model, TinyRun.Arguments(_folder), TinyRun.Rows(4), tokenizer: tokenizer);
        FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<DatasetException>()
            .WithMessage($"The padding token '[NEW]' of the tokenizer has the id {tokenizer.PadTokenId}, but *ResizeTokenEmbeddings*");
    }

    [Fact]
    public void A_larger_vocabulary_than_that_of_the_model_is_warned_of()
    {
        var tokenizer = Recorded.BytesTokenizer();
        using var model = TinyModels.Gpt2();
        Assert.True(tokenizer.Count > ((TextConfig)model.Config).VocabSize);
        var expected = $"The tokenizer has {tokenizer.Count} tokens, but GPT2LMHeadModel has embeddings for *ResizeTokenEmbeddings"
            + $"({tokenizer.Count}) before training.";
        var log = new LogLines();
        using var writer = new TextGenerator(model, tokenizer, log);
        log.Lines.Should().ContainSingle(line => line.Contains("ResizeTokenEmbeddings")).Which.Should().Match(expected);
        model.ResizeTokenEmbeddings(tokenizer.Count);
        var after = new LogLines();
        using var matching = new TextGenerator(model, tokenizer, after);
        after.Lines.Should().NotContain(line => line.Contains("ResizeTokenEmbeddings"));
    }

    [Fact]
    public void Warnings_of_a_trainer_without_logger_and_callbacks_are_written_to_standard_error()
    {
        var error = Console.Error;
        using var written = new StringWriter();
        Console.SetError(TextWriter.Synchronized(written));
        try { TinyRun.Trainer(TinyRun.Arguments(_folder) with { EvalSteps = 3, MaxSteps = 1 }).Train(); }
        finally { Console.SetError(error); }
        written.ToString().Should().Contain("Warning: EvalSteps has no effect because EvalStrategy is No.");
    }
}
