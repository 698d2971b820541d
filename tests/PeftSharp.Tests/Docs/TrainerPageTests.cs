using Pages.Training;
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Training;
using TorchSharp;

namespace PeftSharp.Tests.Docs;

/// <summary>The examples of <c>docs/trainer.md</c> run and do what the page says.</summary>
/// <remarks>No dispose scope: it belongs to the thread that opens it, and a test that awaits can end on another thread.</remarks>
public sealed class TrainerPageTests : IDisposable
{
    private readonly CurrentFolder _folder = new();

    public static TheoryData<string> Examples => new(TrainerPage.Examples);

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Examples))]
    public async Task An_example_trains(string example)
    {
        var trainer = await TrainerPage.Run(example);
        trainer.State.GlobalStep.Should().BePositive();
        trainer.State.Log.Should().Contain(line => line.ContainsKey("train_loss"));
    }

    [Fact]
    public async Task A_network_of_the_program_separates_the_rings()
    {
        var printed = await Printed.By(() => Task.Run(OwnNetwork.Run));
        printed.Should().Equal("accuracy 1.00");
    }

    [Fact]
    public async Task The_program_resumes_the_python_run()
    {
        var recorded = new Training.PythonRun(Training.PythonRun.Plain);
        var checkpoint = Directory.CreateDirectory(Path.Combine("python-run", "checkpoint-5"));
        foreach (var file in Directory.GetFiles(recorded.Folder))
            File.Copy(file, Path.Combine(checkpoint.FullName, Path.GetFileName(file)));
        recorded.Rows("train").ToJson("train.jsonl");
        var printed = await Printed.By(() => Task.Run(PythonRun.Run));
        printed.Should().Equal(FormattableString.Invariant(
            $"10 steps are done, with a mean loss of {(double)recorded.Log[^1]!["train_loss"]!:F4}."));
    }

    [Fact]
    public async Task A_second_run_resumes_the_first()
    {
        var first = await TrainerPage.Run("progress");
        var printed = await Printed.By(() => TrainerPage.Run("resume"));
        printed.Should().Equal($"{first.State.GlobalStep} steps are done.");
    }

    [Fact]
    public async Task The_schedule_halves_the_learning_rate()
    {
        var trainer = await TrainerPage.Run("optimizers");
        var rates = trainer.State.Log.Where(line => line.ContainsKey("learning_rate")).Select(line => line["learning_rate"]).ToArray();
        rates.Should().BeInDescendingOrder();
        trainer.State.MaxSteps.Should().BeGreaterThan(20);
    }

    [Fact]
    public async Task Each_evaluation_set_has_its_metrics_and_one_of_them_chooses_the_best_model()
    {
        var trainer = await TrainerPage.Run("evaluation-sets");
        trainer.State.Log.Should().Contain(line => line.ContainsKey("eval_reviews_loss"));
        var losses = trainer.State.Log.Where(line => line.ContainsKey("eval_tweets_loss")).Select(line => line["eval_tweets_loss"]);
        trainer.State.BestMetric.Should().BeApproximately(losses.Min(), 1e-6);
    }

    [Fact]
    public async Task A_callback_ends_the_run()
    {
        var trainer = await TrainerPage.Run("callback");
        trainer.State.GlobalStep.Should().BeLessThan(trainer.State.MaxSteps);
    }

    [Fact]
    public async Task A_model_for_each_run_repeats_the_run()
    {
        var printed = await Printed.By(() => TrainerPage.Run("model-init"));
        printed.Should().HaveCount(2);
        printed[1].Should().Be(printed[0]);
    }

    [Fact]
    public void A_collator_that_tokenizes_makes_the_batches_of_a_tokenized_data_set()
    {
        using var scope = torch.NewDisposeScope();
        var tokenizer = AutoTokenizer.FromPretrained(Path.Combine(
            ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "tiny-bert"));
        var raw = Dataset.FromRows([new { text = "a fine film", label = 1 }, new { text = "what a bore", label = 0 }]);
        var tokenized = raw.Tokenize(tokenizer);

        var ofTokens = new DataCollatorWithPadding(tokenizer).Collate([tokenized[0], tokenized[1]]);
        var ofTexts = new TextCollator(tokenizer, maxLength: 16).Collate([raw[0], raw[1]]);

        foreach (var name in new[] { "input_ids", "attention_mask", "labels" })
            ofTexts[name]!.data<long>().ToArray().Should().Equal(ofTokens[name]!.data<long>().ToArray(), name);
    }
}
