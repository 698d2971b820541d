using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Models.DistilBert;
using PeftSharp.Models.Electra;
using PeftSharp.Models.Gpt2;
using PeftSharp.Models.Llama;
using PeftSharp.Models.Mistral;
using PeftSharp.Models.Qwen2;
using PeftSharp.Models.Qwen3;
using PeftSharp.Models.Roberta;
using PeftSharp.Models.XlmRoberta;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

/// <summary>A model uses every tensor and option that it lists, and refuses every other one.</summary>
public sealed class KeywordsTests : IDisposable
{
    private const int Tokens = 6;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, string> Models
    {
        get
        {
            var models = new TheoryData<string, string>();
            foreach (var type in ModelFamilies.ModelTypes.Where(type => Config(type) is not null))
                foreach (var task in ModelFamilies.Get(type).Builders.Keys) models.Add(type, task.Name);
            return models;
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Every_tensor_that_a_model_lists_changes_its_output(string type, string task)
    {
        using var model = Build(type, task);
        var plain = Outputs(model, Inputs(model));
        foreach (var name in model.InputNames.Except(model.LabelNames))
        {
            var inputs = Inputs(model);
            Change(inputs, name, model);
            Assert.False(Same(plain, Outputs(model, inputs)), $"{model.GetName()} lists '{name}', but answers the same without it.");
        }
        if (model.LabelNames.Count == 0) return;
        var labelled = Inputs(model);
        foreach (var name in model.LabelNames)
            labelled[name] = model.Objective is LanguageModelObjective or TokenClassificationObjective
                ? ones([2, Tokens], ScalarType.Int64)
                : ones(2, ScalarType.Int64);
        Assert.NotNull(model.call(labelled).Loss);
    }

    [Theory, MemberData(nameof(Models))]
    public void Every_option_that_a_model_lists_has_its_effect_and_every_other_is_refused(string type, string task)
    {
        using var model = Build(type, task);
        using var free = no_grad();
        using var cache = new KeyValueCache();
        var options = new (string Name, ForwardOptions Options, Func<ModelOutput, bool> HasEffect)[]
        {
            ("past_key_values", new() { PastKeyValues = cache }, _ => cache.Length == Tokens),
            ("logits_to_keep", new() { LogitsToKeep = 2 }, output => output.Logits!.shape[1] == 2),
            ("output_hidden_states", new() { OutputHiddenStates = true }, output => output.HiddenStates.Count == 3),
            ("output_attentions", new() { OutputAttentions = true }, output => output.Attentions.Count == 2),
            ("adapter_names", new() { AdapterNames = ["first"] }, _ => false),
        };
        model.OptionNames.Except(options.Select(option => option.Name)).Should().BeEmpty();
        foreach (var (name, option, hasEffect) in options)
        {
            if (model.OptionNames.Contains(name))
                Assert.True(hasEffect(model.call(Inputs(model), option)), $"{model.GetName()} lists {name}, which has no effect.");
            else RefusesOption(model, name, option);
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void A_tensor_that_a_model_does_not_list_is_refused(string type, string task)
    {
        using var model = Build(type, task);
        foreach (var name in new[] { "label", "pixel_values", "Input_ids", "labels", "start_positions" }.Except(model.InputNames))
        {
            var inputs = Inputs(model);
            inputs[name] = ones(2, ScalarType.Int64);
            Refuses(model, inputs, name);
        }
        var both = Inputs(model);
        both.InputsEmbeds = ones([.. both.InputIds!.shape, 16]);
        FluentActions.Invoking(() => model.call(both))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Set only one of them");
    }

    [Fact]
    public void An_adapted_model_refuses_what_its_base_model_refuses()
    {
        using var peft = Build("bert", "SequenceClassification").GetPeftModel(new LoraConfig { R = 2 });
        var inputs = Inputs(peft);
        using var cache = new KeyValueCache();
        RefusesOption(peft, "past_key_values", new ForwardOptions { PastKeyValues = cache });
        inputs["pixel_values"] = ones(2);
        Refuses(peft, inputs, "pixel_values");
    }

    private static void Refuses(PretrainedModel model, ModelInputs inputs, string name)
    {
        FluentActions.Invoking(() => model.call(inputs))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll(model.GetName(), $"'{name}'", "input_ids");
    }

    private static void RefusesOption(PretrainedModel model, string name, ForwardOptions options)
    {
        var message = FluentActions.Invoking(() => model.call(Inputs(model), options))
            .Should().ThrowExactly<ArgumentException>().Which.Message;
        message.Should().Contain(model.GetName()).And.ContainEquivalentOf(name.Replace("_", ""), "it names the property in C#");
    }

    private static PretrainedConfig? Config(string type) => type switch
    {
        "bert" =>
            new BertConfig
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 12, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
            },
        "gpt2" => new Gpt2Config { VocabSize = 31, NPositions = 12, NEmbd = 16, NLayer = 2, NHead = 2, PadTokenId = 0, NumLabels = 3 },
        "roberta" =>
            new RobertaConfig
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 14, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
            },
        "xlm-roberta" =>
            new XlmRobertaConfig
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 14, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
            },
        "distilbert" =>
            new DistilBertConfig
            {
                VocabSize = 31, Dim = 16, NLayers = 2, NHeads = 2, HiddenDim = 24, MaxPositionEmbeddings = 12, Dropout = 0,
                AttentionDropout = 0, QaDropout = 0, SeqClassifDropout = 0, NumLabels = 3,
            },
        "electra" =>
            new ElectraConfig
            {
                VocabSize = 31, EmbeddingSize = 16, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 12, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3,
            },
        "llama" =>
            new LlamaConfig
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 12, PadTokenId = 0, NumLabels = 3,
            },
        "qwen2" =>
            new Qwen2Config
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 12, PadTokenId = 0, NumLabels = 3,
            },
        "mistral" =>
            new MistralConfig
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 12, PadTokenId = 0, NumLabels = 3,
            },
        "qwen3" =>
            new Qwen3Config
            {
                VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 24,
                MaxPositionEmbeddings = 12, PadTokenId = 0, HeadDim = 6, NumLabels = 3,
            },
        _ => null,
    };

    private static PretrainedModel Build(string type, string task)
    {
        manual_seed(1);
        var config = Config(type)!;
        var model = AutoLoader.FromConfig(config, new ModelTask(task));
        model.eval();
        using var free = no_grad();
        foreach (var parameter in model.parameters()) parameter.add_(randn_like(parameter) * 0.2);
        return model;
    }

    private static ModelInputs Inputs(PretrainedModel model)
    {
        using var generator = new Generator(5);
        var choices = model.GetName().EndsWith("MultipleChoice", StringComparison.Ordinal);
        return new ModelInputs
        {
            InputIds = randint(5, 31, choices ? [2, 3, Tokens] : [2, Tokens], dtype: ScalarType.Int64, generator: generator),
        };
    }

    /// <summary>Sets a tensor to other values than those that the model uses when it is absent.</summary>
    private static void Change(ModelInputs inputs, string name, PretrainedModel model)
    {
        var ids = inputs.InputIds!;
        switch (name)
        {
            case "input_ids": inputs.InputIds = ids.flip(-1); break;
            case "attention_mask":
                inputs.AttentionMask = ones_like(ids).slice_scatter(zeros_like(ids.narrow(-1, 1, 2)), -1, 1, 3, 1);
                break;
            case "token_type_ids": inputs.TokenTypeIds = ones_like(ids); break;
            case "position_ids": inputs.PositionIds = arange(Tokens - 1, -1, -1, ScalarType.Int64).expand(ids.shape); break;
            case "inputs_embeds":
                inputs.InputIds = null;
                inputs.InputsEmbeds = model.InputEmbeddings!.call(ids).flip(-1);
                break;
            default: throw new NotSupportedException($"Add {name} to this test.");
        }
    }

    private static Tensor[] Outputs(PretrainedModel model, ModelInputs inputs)
    {
        using var free = no_grad();
        return [.. model.call(inputs).Predictions.Select(pair => pair.Value)];
    }

    private static bool Same(Tensor[] first, Tensor[] second) => first.Zip(second).All(pair => pair.First.allclose(pair.Second, 0, 0));
}
