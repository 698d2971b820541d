using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using PeftSharp.Tuners;
using Recorded = PeftSharp.Tests.Prediction.Recorded;

namespace PeftSharp.Tests.Modeling;

/// <summary>Each use of a disposed model throws <see cref="ObjectDisposedException"/>, which names the model.</summary>
public sealed class DisposedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Dictionary<string, Action<PretrainedModel, string>> _uses = new()
    {
        ["call"] = (model, _) => model.call(TinyModels.Inputs()),
        ["CallWithAdapter"] = (model, _) => (model as PeftModel ?? Adapted(model)).CallWithAdapter(TinyModels.Inputs(), "default"),
        ["Generate"] = (model, _) => model.Generate(new[] { 5 }),
        ["Device"] = (model, _) => model.Device.ToString(),
        ["train"] = (model, _) => model.train(),
        ["SavePretrained"] = (model, folder) => model.SavePretrained(folder),
        ["LoadWeights"] = (model, folder) => model.LoadWeights(folder),
        ["FloatingPointOperations"] = (model, _) => model.FloatingPointOperations(TinyModels.Inputs()),
        ["GetPeftModel"] = (model, _) => Adapted(model),
        ["Trainer"] = (model, folder) => new Trainer(model, new TrainingArguments(folder) { UseCpu = true }),
        ["TextGenerator"] = (model, _) => new TextGenerator(model, Recorded.BytesTokenizer()).Generate("a"),
    };

    private static readonly Dictionary<string, Action<PeftModel<PretrainedModel>, string>> _adapterUses = new()
    {
        ["AddAdapter"] = (peft, _) => peft.AddAdapter("b", new LoraConfig { R = 2 }),
        ["SetAdapter"] = (peft, _) => peft.SetAdapter("default"),
        ["DeleteAdapter"] = (peft, _) => peft.DeleteAdapter("default"),
        ["RenameAdapter"] = (peft, _) => peft.RenameAdapter("default", "b"),
        ["UseAdapter"] = (peft, _) => peft.UseAdapter("default"),
        ["DisableAdapter"] = (peft, _) => peft.DisableAdapter(),
        ["Merge"] = (peft, _) => peft.Merge(),
        ["Unmerge"] = (peft, _) => peft.Unmerge(),
        ["CountTrainableParameters"] = (peft, _) => peft.CountTrainableParameters(),
        ["SavePretrained of some adapters"] = (peft, folder) => peft.SavePretrained(folder, ["default"]),
        ["MergeAndUnload"] = (peft, _) => peft.MergeAndUnload(),
        ["Unload"] = (peft, _) => peft.Unload(),
    };

    public static TheoryData<string> Uses => [.. _uses.Keys];

    public static TheoryData<string> AdapterUses => [.. _adapterUses.Keys];

    private static PeftModel<PretrainedModel> Adapted(PretrainedModel model) => model.GetPeftModel(new LoraConfig { R = 2 });

    [Theory, MemberData(nameof(Uses))]
    public void A_disposed_model_is_named(string use)
    {
        var model = TinyModels.Gpt2();
        model.Dispose();
        FluentActions.Invoking(() => _uses[use](model, _folder.File("a"))).Should().ThrowExactly<ObjectDisposedException>()
            .Which.Message.Should().StartWith("This GPT2LMHeadModel has been disposed. Load it again.");
    }

    [Theory, MemberData(nameof(Uses))]
    public void A_model_with_adapters_whose_base_model_was_disposed_names_it(string use)
    {
        var model = TinyModels.Gpt2();
        var peft = Adapted(model);
        model.Dispose();
        FluentActions.Invoking(() => _uses[use](peft, _folder.File("a"))).Should().ThrowExactly<ObjectDisposedException>()
            .Which.Message.Should().StartWith("This GPT2LMHeadModel has been disposed. Load it again.");
    }

    [Theory, MemberData(nameof(AdapterUses))]
    public void A_disposed_model_with_adapters_is_named(string use)
    {
        var peft = Adapted(TinyModels.Gpt2());
        peft.Dispose();
        FluentActions.Invoking(() => _adapterUses[use](peft, _folder.File("a"))).Should().ThrowExactly<ObjectDisposedException>()
            .Which.Message.Should().StartWith("This PeftModel has been disposed. Load it again.");
    }

    [Theory, MemberData(nameof(AdapterUses))]
    public void An_unloaded_model_says_which_model_to_use(string use)
    {
        var peft = Adapted(TinyModels.Gpt2());
        using var model = peft.MergeAndUnload();
        FluentActions.Invoking(() => _adapterUses[use](peft, _folder.File("a"))).Should().ThrowExactly<ObjectDisposedException>()
            .Which.Message.Should().StartWith("This PeftModel was unloaded. Use the base model that Unload or MergeAndUnload returned.");
    }

    [Fact]
    public void Each_predictor_names_its_disposed_model()
    {
        var (texts, bytes) = (Recorded.Tokenizer(), Recorded.BytesTokenizer());
        var (classifier, tagger, answers, masks, body) = (Load(AutoModelForSequenceClassification.FromConfig),
            Load(AutoModelForTokenClassification.FromConfig), Load(AutoModelForQuestionAnswering.FromConfig),
            Load(AutoModelForMaskedLM.FromConfig), Load(AutoModel.FromConfig));
        var generator = TinyModels.Gpt2();
        var uses = new (PretrainedModel Model, Action Use)[]
        {
            (classifier, () => new TextClassifier(classifier, texts).Classify("a")),
            (tagger, () => new EntityRecognizer(tagger, texts).Recognize("a")),
            (answers, () => new QuestionAnswerer(answers, texts).Answer("a", "b")),
            (masks, () => new MaskFiller(masks, texts).Fill("a [MASK]")),
            (body, () => new SentenceEncoder(body, texts).Encode("a")),
            (generator, () => new TextGenerator(generator, bytes).Generate("a")),
        };
        foreach (var (model, use) in uses)
        {
            model.Dispose();
            FluentActions.Invoking(use).Should().ThrowExactly<ObjectDisposedException>()
                .Which.Message.Should().StartWith($"This {model.GetName()} has been disposed.");
        }

        static PretrainedModel Load(Func<PretrainedConfig, PretrainedOptions?, PretrainedModel> create) =>
            create(TinyModels.Bert().Config, null);
    }
}
