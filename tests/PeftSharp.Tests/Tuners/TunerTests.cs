using PeftSharp.Data;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Models.DistilBert;
using PeftSharp.Models.Electra;
using PeftSharp.Models.Gpt2;
using PeftSharp.Models.Llama;
using PeftSharp.Models.Roberta;
using PeftSharp.Models.XlmRoberta;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Tests that every method must pass: a test class of a method derives from this class and defines a configuration.</summary>
public abstract class TunerTests<TConfig> : IDisposable where TConfig : PeftConfig
{
    private const int Rows = 3, Tokens = 6, FirstFreeId = 5, Ids = 20, Labels = 3, Pad = 1;
    private const double Rounding = 1e-5;                       // the same sums in another order
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    /// <summary>
    /// A configuration without dropout that uses the defaults wherever possible, also for the targets.
    /// </summary>
    protected abstract TConfig Config { get; }

    /// <summary>Whether an adapter can be merged into the weights.</summary>
    protected virtual bool CanMerge => true;

    /// <summary>Whether rows of one batch can have different adapters.</summary>
    protected virtual bool CanMixRows => true;

    /// <summary>Whether several adapters can be active at once.</summary>
    protected virtual bool CanStack => true;

    /// <summary>Tokens that the adapter puts before the text.</summary>
    protected virtual int VirtualTokens => 0;

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("bert"), InlineData("roberta"), InlineData("xlm-roberta"), InlineData("distilbert")]
    [InlineData("electra"), InlineData("gpt2"), InlineData("llama")]
    public void A_new_adapter_with_default_targets_trains_every_family_and_freezes_the_base_model(string family)
    {
        using var peft = Classifier(family).GetPeftModel(Config with { TaskType = TaskType.SeqCls });
        var before = TinyModels.Bits(peft);
        Disturb(peft);
        peft.train();
        peft.call(ClassifierInputs()).Loss!.backward();
        foreach (var (name, parameter) in peft.named_parameters())
        {
            if (!parameter.requires_grad)
            {
                TinyModels.AssertSame(before[name], parameter, name);
                continue;
            }
            Assert.True(parameter.grad is not null, $"No gradient reaches {name}.");
            Assert.True(parameter.grad!.isfinite().all().item<bool>(), $"The gradient of {name} is not finite.");
            parameter.grad.abs().max().item<float>().Should().BeGreaterThan(0, $"the gradient of {name} is not 0");
        }
        var (trained, all) = (peft.CountTrainableParameters().Trainable, peft.CountTrainableParameters().All);
        trained.Should().BeInRange(1, all - 1);
    }

    [Theory]
    [InlineData("bert"), InlineData("roberta"), InlineData("xlm-roberta"), InlineData("distilbert")]
    [InlineData("electra"), InlineData("gpt2"), InlineData("llama")]
    public void A_saved_adapter_loads_to_the_same_output_and_the_same_configuration(string family)
    {
        using var peft = Classifier(family).GetPeftModel(Config with { TaskType = TaskType.SeqCls });
        Disturb(peft);
        peft.eval();
        peft.SavePretrained(_folder.Path);
        using var loaded = PeftModel.FromPretrained(Classifier(family), _folder.Path);
        loaded.LoadReport!.Warnings.Should().BeEmpty();
        Close.Equal(peft.call(ClassifierInputs()).Logits!, loaded.call(ClassifierInputs()).Logits!, 0, "logits");
        loaded.SavePretrained(_folder.File("again"));
        Assert.Equal(File.ReadAllText(_folder.File("adapter_config.json")),
            File.ReadAllText(Path.Combine(_folder.File("again"), "adapter_config.json")));
        File.ReadAllBytes(Path.Combine(_folder.File("again"), "adapter_model.safetensors"))
            .Should().Equal(File.ReadAllBytes(_folder.File("adapter_model.safetensors")));
    }

    [Theory]
    [InlineData("bert"), InlineData("roberta"), InlineData("xlm-roberta"), InlineData("distilbert")]
    [InlineData("electra"), InlineData("gpt2"), InlineData("llama")]
    public void Padding_changes_nothing(string family)
    {
        using var peft = Classifier(family).GetPeftModel(Config with { TaskType = TaskType.SeqCls });
        Disturb(peft);
        peft.eval();
        var ids = ClassifierInputs().InputIds!;
        var padded = new ModelInputs
        {
            InputIds = cat([ids, full([Rows, 2], Pad, ScalarType.Int64)], 1),
            AttentionMask = cat([ones_like(ids), zeros([Rows, 2], ScalarType.Int64)], 1),
        };
        Close.Equal(peft.call(new ModelInputs { InputIds = ids }).Logits!, peft.call(padded).Logits!, Rounding, "logits");
    }

    [Fact]
    public void A_disabled_adapter_is_the_base_model_and_an_unloaded_model_too()
    {
        var expected = TinyModels.Logits(Writer());
        var peft = Writer().GetPeftModel(Config);
        Disturb(peft);
        peft.eval();
        Assert.False(TinyModels.Same(expected, TextLogits(peft)));
        using (peft.DisableAdapter()) TinyModels.AssertSame(expected, TinyModels.Logits(peft));
        TinyModels.AssertSame(expected, peft.call(WriterInputs(), new ForwardOptions { AdapterNames = ["__base__"] }).Logits!);
        using var model = peft.Unload();
        TinyModels.AssertSame(expected, TinyModels.Logits(model));
        model.state_dict().Keys.Should().Equal(Writer().state_dict().Keys);
    }

    [Fact]
    public void Merging_keeps_the_output_and_unmerging_restores_the_bits()
    {
        var peft = Writer().GetPeftModel(Config);
        Disturb(peft);
        peft.eval();
        var (expected, bits) = (TinyModels.Logits(peft), TinyModels.Bits(peft));
        if (!CanMerge)
        {
            FluentActions.Invoking(() => peft.Merge())
                .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain(Config.PeftType);
            TinyModels.AssertSame(expected, TinyModels.Logits(peft));
            return;
        }
        peft.Merge();
        Close.Equal(expected, TinyModels.Logits(peft), Rounding, "merged");
        peft.Unmerge();
        foreach (var (name, tensor) in peft.state_dict()) TinyModels.AssertSame(bits[name], tensor, name);
        using var merged = peft.MergeAndUnload();
        Close.Equal(expected, TinyModels.Logits(merged), Rounding, "merged and unloaded");
    }

    /// <summary>
    /// A model in evaluation mode with different weights in the adapters <c>first</c> and <c>second</c>; the second one is active.
    /// </summary>
    private PeftModel<PretrainedModel> WithTwoAdapters()
    {
        var peft = Writer().GetPeftModel(Config, "first");
        Disturb(peft);
        peft.AddAdapter("second", Config);
        peft.SetAdapter("second");
        Disturb(peft, seed: 9);
        peft.eval();
        return peft;
    }

    [Fact]
    public void Two_adapters_switch_by_call_by_scope_and_for_good_and_are_renamed_and_deleted()
    {
        using var peft = WithTwoAdapters();
        var second = TinyModels.Logits(peft);
        peft.SetAdapter("first");
        var first = TinyModels.Logits(peft);
        Assert.False(TinyModels.Same(first, second));
        TinyModels.AssertSame(second, peft.CallWithAdapter(WriterInputs(), "second").Logits!);
        using (peft.UseAdapter("second")) TinyModels.AssertSame(second, TinyModels.Logits(peft));
        TinyModels.AssertSame(first, TinyModels.Logits(peft));
        peft.RenameAdapter("second", "other");
        TinyModels.AssertSame(second, peft.CallWithAdapter(WriterInputs(), "other").Logits!);
        peft.SavePretrained(_folder.Path);
        peft.DeleteAdapter("other");
        TinyModels.AssertSame(first, TinyModels.Logits(peft));
        peft.LoadAdapter(_folder.File("other"), "loaded");
        TinyModels.AssertSame(second, peft.CallWithAdapter(WriterInputs(), "loaded").Logits!);
    }

    [Fact]
    public void Rows_with_an_adapter_each_are_those_of_single_calls_or_are_refused()
    {
        using var peft = WithTwoAdapters();
        string[] names = ["second", "__base__", "first"];
        if (!CanMixRows)
        {
            FluentActions.Invoking(() => peft.CallWithAdapters(WriterInputs(), names)).Should().ThrowExactly<NotSupportedException>();
            return;
        }
        var mixed = peft.CallWithAdapters(WriterInputs(), names).Logits!;
        foreach (var (row, name) in names.Index())
            Close.Equal(peft.CallWithAdapter(WriterInputs(), name).Logits![row], mixed[row], Rounding, $"row {row}, {name}");
    }

    [Fact]
    public void Adapters_that_are_active_together_merge_to_what_they_compute_or_are_refused()
    {
        using var peft = WithTwoAdapters();
        if (!CanStack)
        {
            FluentActions.Invoking(() => peft.SetAdapter("first", "second")).Should().ThrowExactly<ArgumentException>();
            return;
        }
        peft.SetAdapter("first", "second");
        var expected = TinyModels.Logits(peft);
        if (!CanMerge) return;
        peft.Merge();
        Close.Equal(expected, TinyModels.Logits(peft), Rounding, "merged");
    }

    [Theory]
    [InlineData("electra"), InlineData("gpt2"), InlineData("llama")]
    public void A_text_is_the_same_with_and_without_the_cache_with_left_padding_and_with_beams(string family)
    {
        using var peft = Writer(family).GetPeftModel(Config);
        Disturb(peft);
        peft.eval();
        var ids = WriterInputs().InputIds!.narrow(0, 0, 1).narrow(1, 0, 3);
        var options = new GenerationConfig { MaxNewTokens = 3, MinNewTokens = 3, PadTokenId = Pad };
        Tensor Text(Tensor prompt, GenerationConfig config, Tensor? mask = null)
        {
            using var inputs = new ModelInputs { InputIds = prompt.alias(), AttentionMask = mask };
            return peft.Generate(inputs, new GenerationOptions(config)).Sequences;
        }
        var expected = Text(ids, options);
        TinyModels.AssertSame(expected, Text(ids, options with { UseCache = false }));
        var padded = cat([full([1, 2], Pad, ScalarType.Int64), ids], 1);
        var mask = cat([zeros([1, 2], ScalarType.Int64), ones_like(ids)], 1);
        TinyModels.AssertSame(expected.narrow(1, 3, 3), Text(padded, options, mask).narrow(1, 5, 3));
        var beams = Text(ids, options with { NumBeams = 2 });
        TinyModels.AssertSame(beams, Text(ids, options with { NumBeams = 2, UseCache = false }));
        Assert.Equal(expected[0, 3].item<long>(),
            peft.call(new ModelInputs { InputIds = ids.alias() }).Logits![0, VirtualTokens + 2].argmax().item<long>());
    }

    [Fact]
    public void A_resumed_run_ends_with_the_bits_of_one_that_was_not_interrupted()
    {
        var whole = Trained(null);
        var resumed = Trained(Path.Combine(_folder.File("run"), "checkpoint-2"));
        foreach (var (name, tensor) in whole) TinyModels.AssertSame(tensor, resumed[name], name);
    }

    [Fact]
    public void A_loaded_adapter_is_trained_further_where_that_is_asked_for()
    {
        using (var saved = Writer().GetPeftModel(Config))
        {
            Disturb(saved);
            saved.SavePretrained(_folder.Path);
        }
        using var frozen = PeftModel.FromPretrained(Writer(), _folder.Path);
        Assert.Equal(0, frozen.CountTrainableParameters().Trainable);
        using var peft = PeftModel.FromPretrained(Writer(), _folder.Path, isTrainable: true);
        var before = TinyModels.Bits(peft);
        Trainer(peft, "run").Train();
        peft.named_parameters().Where(pair => !TinyModels.Same(before[pair.name], pair.parameter)).Select(pair => pair.name)
            .Should().Equal(peft.named_parameters().Where(pair => pair.parameter.requires_grad).Select(pair => pair.name));
        peft.CountTrainableParameters().Trainable.Should().BeGreaterThan(0);
    }

    private Dictionary<string, Tensor> Trained(string? checkpoint)
    {
        manual_seed(5);
        using var peft = Writer().GetPeftModel(Config);
        Trainer(peft, checkpoint is null ? "run" : "resumed").Train(resumeFromCheckpoint: checkpoint);
        return TinyModels.Bits(peft);
    }

    private Trainer Trainer(PretrainedModel model, string folder)
    {
        using var generator = new Generator(3);
        var rows = Enumerable.Range(0, 8).Select(
            _ => randint(FirstFreeId, Ids, [Tokens], dtype: ScalarType.Int64, generator: generator).data<long>().ToArray())
            .Select(ids => new Dictionary<string, object?> { ["input_ids"] = ids, ["labels"] = ids });
        var arguments = new TrainingArguments(_folder.File(folder))
        {
            NumTrainEpochs = 2, PerDeviceTrainBatchSize = 4, LearningRate = 1e-2, SaveStrategy = SaveStrategy.Epoch, WeightDecay = 0.1,
            UseCpu = true,
        };
        return new Trainer(model, arguments, Dataset.FromList(rows));
    }

    private Tensor TextLogits(PretrainedModel model) =>
        TinyModels.Logits(model) is var logits ? logits.narrow(1, VirtualTokens, logits.shape[1] - VirtualTokens) : logits;

    private static void Disturb(PeftModel peft, int seed = 2) => TinyModels.Disturb(peft, seed);

    private static ModelInputs WriterInputs()
    {
        var inputs = TinyModels.Inputs();
        inputs.Labels = null;
        return inputs;
    }

    private static ModelInputs ClassifierInputs()
    {
        using var generator = new Generator(5);
        return new ModelInputs
        {
            InputIds = randint(FirstFreeId, Ids, [Rows, Tokens], dtype: ScalarType.Int64, generator: generator),
            Labels = arange(Rows, ScalarType.Int64) % Labels,
        };
    }

    private static PretrainedModel Writer(string family = "gpt2")
    {
        if (family == "gpt2") return TinyModels.Gpt2();
        manual_seed(1);
        var model = AutoModelForCausalLM.FromConfig(new LlamaConfig
        {
            VocabSize = 31, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2,
            MaxPositionEmbeddings = 16,
        });
        model.eval();
        return model;
    }

    private static PretrainedModel Classifier(string family)
    {
        manual_seed(1);
        PretrainedConfig config = family switch
        {
            "bert" =>
                new BertConfig
                {
                    VocabSize = Ids, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                    MaxPositionEmbeddings = 16, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = Labels, PadTokenId = Pad,
                },
            "roberta" =>
                new RobertaConfig
                {
                    VocabSize = Ids, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                    MaxPositionEmbeddings = 18, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = Labels, PadTokenId = Pad,
                },
            "xlm-roberta" =>
                new XlmRobertaConfig
                {
                    VocabSize = Ids, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                    MaxPositionEmbeddings = 18, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = Labels, PadTokenId = Pad,
                },
            "distilbert" =>
                new DistilBertConfig
                {
                    VocabSize = Ids, Dim = 16, NLayers = 2, NHeads = 2, HiddenDim = 24, MaxPositionEmbeddings = 16, Dropout = 0,
                    AttentionDropout = 0, SeqClassifDropout = 0, NumLabels = Labels, PadTokenId = Pad,
                },
            "electra" =>
                new ElectraConfig
                {
                    VocabSize = Ids, EmbeddingSize = 12, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                    MaxPositionEmbeddings = 16, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = Labels, PadTokenId = Pad,
                },
            "gpt2" =>
                new Gpt2Config
                {
                    VocabSize = Ids, NPositions = 16, NEmbd = 16, NLayer = 2, NHead = 2, AttnPdrop = 0, EmbdPdrop = 0, ResidPdrop = 0,
                    NumLabels = Labels, PadTokenId = Pad,
                },
            _ =>
                new LlamaConfig
                {
                    VocabSize = Ids, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 4,
                    NumKeyValueHeads = 2, MaxPositionEmbeddings = 16, NumLabels = Labels, PadTokenId = Pad,
                },
        };
        var model = AutoModelForSequenceClassification.FromConfig(config);
        model.eval();
        return model;
    }
}
