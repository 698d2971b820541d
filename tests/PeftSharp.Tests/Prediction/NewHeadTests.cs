using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tests.Hub;
using PeftSharp.Tests.Training;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Prediction;

/// <summary>A head that is not in the folder of the base model: what adapters train, save and bring, and what is reported.</summary>
public sealed class NewHeadTests : IDisposable
{
    private static readonly string[] _three = ["low", "middle", "high"];
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _whole = new();
    private readonly string _headless;

    public NewHeadTests()
    {
        Recorded.FolderOf("bert-sequence-classification", _whole);
        _headless = _folder.File("headless");
        using var model = AutoModel.FromPretrained(_whole.Path);
        model.SavePretrained(_headless);
        Recorded.Tokenizer().SavePretrained(_headless);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _whole.Dispose();
    }

    [Theory]
    [InlineData(null, "is not set")]
    [InlineData(TaskType.CausalLM, "is CausalLM")]
    public void A_new_head_that_the_adapter_freezes_is_warned_of_and_stays_untrained(TaskType? task, string reason)
    {
        var created = new LogLines();
        using var peft = AutoModelForSequenceClassification.FromPretrained(_headless)
            .GetPeftModel(new LoraConfig { R = 2, TaskType = task }, logger: created);
        var expected = "The head (classifier.weight, classifier.bias) is new and frozen, because "
            + $"LoraConfig.TaskType {reason}. *Set TaskType = TaskType.SeqCls.";
        created.Lines.Should().ContainSingle().Which.Should().Match(expected);
        Train(peft).Should().ContainSingle(message => message.Contains("frozen")).Which.Should().Match(expected);
        peft.UntrainedWeights.Should().Equal("classifier.weight", "classifier.bias");
        peft.SavePretrained(_folder.File("adapter"));
        var log = new LogLines();
        using var loaded = TextClassifier.FromPretrained(_headless, _folder.File("adapter"), new() { Logger = log });
        loaded.UntrainedWeights.Should().Equal("classifier.weight", "classifier.bias");
        log.Lines.Should().ContainSingle(line => line.Contains("frozen")).Which.Should().Match(expected);
    }

    [Fact]
    public void Without_a_logger_and_a_callback_a_new_head_that_the_adapter_freezes_is_warned_of_once()
    {
        var error = Console.Error;
        using var written = new StringWriter();
        Console.SetError(TextWriter.Synchronized(written));
        try
        {
            using var peft = AutoModelForSequenceClassification.FromPretrained(_headless).GetPeftModel(new LoraConfig { R = 2 });
            Trainer(peft).Train();
            Trainer(peft).Evaluate();
            Train(peft).Should().ContainSingle(message => message.Contains("is new and frozen"));
        }
        finally { Console.SetError(error); }
        written.ToString().Split('\n').Should().ContainSingle(line => line.Contains("is new and frozen"));
    }

    [Fact]
    public void A_head_that_the_adapter_trains_is_trained_and_untrained_again_when_the_adapter_is_removed()
    {
        var created = new LogLines();
        var peft = AutoModelForSequenceClassification.FromPretrained(_headless)
            .GetPeftModel(new LoraConfig { R = 2, TaskType = TaskType.SeqCls }, logger: created);
        created.Lines.Should().BeEmpty();
        peft.UntrainedWeights.Should().HaveCount(2);
        Train(peft).Should().NotContain(message => message.Contains("frozen"));
        peft.UntrainedWeights.Should().BeEmpty();
        using var bare = peft.Unload();
        bare.UntrainedWeights.Should().Equal("classifier.weight", "classifier.bias");
    }

    [Fact]
    public void A_head_of_its_own_name_is_named_in_the_remedy_if_no_task_trains_it()
    {
        using var peft = AutoModelForMultipleChoice.FromPretrained(_headless).GetPeftModel(new LoraConfig { R = 2 });
        peft.FrozenNewWeights.Should().Contain("ModulesToSave = [\"classifier\"]");
        using var saved = AutoModelForMultipleChoice.FromPretrained(_headless)
            .GetPeftModel(new LoraConfig { R = 2, ModulesToSave = ["classifier"] });
        saved.FrozenNewWeights.Should().BeNull();
    }

    [Fact]
    public void A_part_of_the_body_that_is_new_and_frozen_is_named_too()
    {
        var folder = _folder.File("without-pooler");
        using (var model = AutoModelForTokenClassification.FromPretrained(_headless)) model.SavePretrained(folder);
        using var peft = AutoModelForSequenceClassification.FromPretrained(folder)
            .GetPeftModel(new LoraConfig { R = 2, TaskType = TaskType.SeqCls });
        peft.FrozenNewWeights.Should().Match("The weights bert.pooler.dense.weight, bert.pooler.dense.bias are new*"
            + "ModulesToSave = [\"bert.pooler.dense\"].");
    }

    [Fact]
    public void A_head_that_is_trained_in_full_is_trained_and_so_is_a_loaded_one()
    {
        using var model = AutoModelForSequenceClassification.FromPretrained(_headless);
        Train(model);
        model.UntrainedWeights.Should().BeEmpty();
        model.SavePretrained(_folder.File("trained"));
        using var other = AutoModelForSequenceClassification.FromPretrained(_headless);
        other.LoadWeights(_folder.File("trained"));
        other.UntrainedWeights.Should().BeEmpty();
        using var frozen = AutoModelForSequenceClassification.FromPretrained(_headless);
        foreach (var (name, parameter) in frozen.named_parameters()) parameter.requires_grad = !name.StartsWith("classifier.w");
        Train(frozen);
        frozen.UntrainedWeights.Should().Equal("classifier.weight");
    }

    [Fact]
    public void An_adapter_that_brings_the_head_gives_no_warning()
    {
        SaveAdapter(["no", "yes"]);
        var log = new LogLines();
        using var classifier = TextClassifier.FromPretrained(_headless, _folder.File("adapter"), new() { Logger = log });
        classifier.UntrainedWeights.Should().BeEmpty();
        log.Lines.Should().BeEmpty();
    }

    [Fact]
    public void The_number_of_classes_is_that_of_the_head_of_the_adapter()
    {
        SaveAdapter(_three);
        using var classifier = TextClassifier.FromPretrained(_headless, _folder.File("adapter"));
        classifier.Classify("Anna").Scores.Select(score => score.Label).Should().BeEquivalentTo("LABEL_0", "LABEL_1", "LABEL_2");
        using var named = TextClassifier.FromPretrained(_headless, _folder.File("adapter"), new() { LabelNames = _three });
        named.Classify("Anna").Scores.Select(score => score.Label).Should().BeEquivalentTo(_three);
        using var expected = classifier.Model.call(Inputs()).Logits!;
        using var loaded = PeftModel.FromPretrained(
            options => AutoModelForSequenceClassification.FromPretrained(_headless, options), _folder.File("adapter"));
        using var found = loaded.call(Inputs()).Logits!;
        found.data<float>().ToArray().Should().Equal(expected.data<float>().ToArray());
    }

    [Fact]
    public void Another_number_of_classes_is_an_error_that_names_the_option()
    {
        SaveAdapter(_three);
        FluentActions.Invoking(() => TextClassifier.FromPretrained(_headless, _folder.File("adapter"), new() { NumLabels = 2 }))
            .Should().ThrowExactly<CheckpointException>()
            .WithMessage("*The adapter has a head of 3 classes, and the model has 2.*NumLabels = 3.");
        var whole = _folder.File("two");
        using (var two = AutoModelForSequenceClassification.FromPretrained(_headless, 2)) two.SavePretrained(whole);
        Recorded.Tokenizer().SavePretrained(whole);
        FluentActions.Invoking(() => TextClassifier.FromPretrained(whole, _folder.File("adapter")))
            .Should().ThrowExactly<CheckpointException>()
            .WithMessage("*The adapter has a head of 3 classes, and the model has 2.*NumLabels = 3, and IgnoreMismatchedSizes = true*");
        var log = new LogLines();
        using var classifier = TextClassifier.FromPretrained(
            whole, _folder.File("adapter"), new() { LabelNames = _three, IgnoreMismatchedSizes = true, Logger = log });
        classifier.UntrainedWeights.Should().BeEmpty();
        log.Lines.Should().BeEmpty();
    }

    [Theory]
    [InlineData("bert-sequence-classification")]
    [InlineData("bert-token-classification")]
    [InlineData("bert-multiple-choice")]
    [InlineData("bert-question-answering")]
    [InlineData("bert-masked-lm")]
    public void A_predictor_refuses_the_head_of_another_task_or_warns_that_its_own_is_new(string stored)
    {
        using var folder = new TemporaryFolder();
        Recorded.FolderOf(stored, folder);
        Check("bert-sequence-classification", (path, options) => TextClassifier.FromPretrained(path, options: options));
        Check("bert-token-classification", (path, options) => EntityRecognizer.FromPretrained(path, options: options));
        Check("bert-question-answering", (path, options) => QuestionAnswerer.FromPretrained(path, options: options));
        Check("bert-masked-lm", (path, options) => MaskFiller.FromPretrained(path, options: options));

        void Check(string own, Func<string, PretrainedOptions, Predictor> load)
        {
            var log = new LogLines();
            try
            {
                using var predictor = load(folder.Path, new PretrainedOptions { Logger = log, IgnoreMismatchedSizes = true });
                predictor.UntrainedWeights.Any(name => !name.StartsWith("bert.", StringComparison.Ordinal)).Should().Be(own != stored);
                if (own != stored) log.Lines.Should().Contain(line => line.Contains("the predictions are random"));
            }
            catch (CheckpointException error)
            {
                own.Should().NotBe(stored);
                error.Message.Should().Contain("whose head was trained for another task");
            }
        }
    }

    [Fact]
    public void A_text_classifier_is_not_read_as_a_recognizer_of_entities_except_by_AutoModel_with_a_warning()
    {
        FluentActions.Invoking(() => EntityRecognizer.FromPretrained(_whole.Path)).Should().ThrowExactly<CheckpointException>()
            .WithMessage("*contains BertForSequenceClassification*EntityRecognizer needs the class BertForTokenClassification*");
        var log = new LogLines();
        using var loaded = AutoModelForTokenClassification.FromPretrained(_whole.Path, new PretrainedOptions { Logger = log });
        log.Lines.Should().ContainSingle().Which.Should().Contain("The folder contains BertForSequenceClassification");
        loaded.LoadReport!.Warnings.Should().ContainSingle();
        using var own = AutoModelForSequenceClassification.FromPretrained(_whole.Path);
        own.LoadReport!.Warnings.Should().BeEmpty();
    }

    [Fact]
    public void A_classifier_whose_embeddings_are_tied_is_not_read_as_a_generator()
    {
        using var model = AutoModelForCausalLM.FromPretrained(Recorded.Model("gpt2-sequence-classification"));
        model.LoadReport!.OtherTaskClass.Should().Be("GPT2ForSequenceClassification");
    }

    [Fact]
    public void An_adapter_with_a_head_of_its_own_is_loaded_on_the_model_of_another_task()
    {
        using (var peft = AutoModelForTokenClassification.FromPretrained(_whole.Path)
            .GetPeftModel(new LoraConfig { R = 2, TaskType = TaskType.TokenCls })) peft.SavePretrained(_folder.File("adapter"));
        var log = new LogLines();
        using var recognizer = EntityRecognizer.FromPretrained(_whole.Path, _folder.File("adapter"), new() { Logger = log });
        log.Lines.Should().NotContain(line => line.Contains("another task"));
    }

    private void SaveAdapter(IReadOnlyList<string> names)
    {
        using var peft = AutoModelForSequenceClassification.FromPretrained(_headless, names)
            .GetPeftModel(new LoraConfig { R = 2, TaskType = TaskType.SeqCls });
        Train(peft);
        peft.SavePretrained(_folder.File("adapter"));
    }

    private List<string> Train(PretrainedModel model)
    {
        var warnings = new Warnings();
        Trainer(model, warnings).Train();
        return warnings.Messages;
    }

    private Trainer Trainer(PretrainedModel model, params TrainerCallback[] callbacks)
    {
        var rows = TinyRun.Rows(4);
        return new Trainer(model, TinyRun.Arguments(_folder) with { OutputDir = _folder.File("run"), MaxSteps = 1 }, rows, rows,
            new DataCollatorWithPadding(padTokenId: 0), callbacks: callbacks);
    }

    private static ModelInputs Inputs() => new() { InputIds = tensor(new long[,] { { 2, 5, 6, 3 } }) };
}
