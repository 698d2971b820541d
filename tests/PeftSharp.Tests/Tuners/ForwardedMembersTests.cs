using System.Reflection;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>The properties of an adapted model get and set those of its base model.</summary>
public sealed class ForwardedMembersTests : IDisposable
{
    /// <summary>Members with another meaning on an adapted model.</summary>
    private static readonly string[] _own =
    [
        nameof(PretrainedModel.forward), nameof(PretrainedModel.SavePretrained), nameof(PretrainedModel.LoadWeights),
        nameof(IDisposable.Dispose),
    ];

    private const BindingFlags OwnMembers =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Overridable => [.. typeof(PretrainedModel).GetMethods(OwnMembers)
        .Where(method => method.IsVirtual && !method.IsFinal && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly)
            && !_own.Contains(method.Name)).Select(method => method.Name)];

    [Theory, MemberData(nameof(Overridable))]
    public void Every_member_that_a_model_can_override_is_forwarded(string name)
    {
        // Module.train calls train of the children, which include the base model; another test checks it.
        if (name == "train") return;
        var method = typeof(PeftModel).GetMethods(OwnMembers).SingleOrDefault(
            method => method.Name == name && method.GetBaseDefinition().DeclaringType != typeof(PeftModel));
        Assert.True(method is not null,
            $"PeftModel does not forward PretrainedModel.{name} to its base model: override it, or list it as a member of its own.");
    }

    [Fact]
    public void Every_property_has_the_value_of_the_base_model()
    {
        using (var saved = TinyModels.Gpt2())
        {
            saved.GenerationConfig = new GenerationConfig { EosTokenId = [3, 4], Temperature = 0.7, DoSample = true };
            saved.SavePretrained(_folder.Path);
        }
        using var model = AutoModelForCausalLM.FromPretrained(_folder.Path);
        var before = Values(model);
        Assert.NotNull(model.LoadReport);
        using var peft = model.GetPeftModel(new LoraConfig { R = 2 });
        foreach (var (property, value) in Values(peft))
        {
            if (property == nameof(PretrainedModel.OptionNames))
                ((IEnumerable<string>)value!).Should().Equal([.. (IEnumerable<string>)before[property]!, "adapter_names"]);
            else Assert.Equal(before[property], value);
        }

        static Dictionary<string, object?> Values(PretrainedModel model) =>
            typeof(PretrainedModel).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(property => property.CanRead && property.DeclaringType == typeof(PretrainedModel)
                && property.Name != nameof(PretrainedModel.WeightsRoot))
            .ToDictionary(property => property.Name,
                property => property.GetValue(model) is Device device ? device.ToString() : property.GetValue(model));
    }

    [Fact]
    public void A_property_that_is_set_on_the_wrapper_or_the_base_model_is_set_on_both()
    {
        var model = TinyModels.Gpt2();
        using var peft = model.GetPeftModel(new LoraConfig { R = 2 });
        peft.GenerationConfig = new GenerationConfig { MaxNewTokens = 3 };
        Assert.Equal(3, model.GenerationConfig.MaxNewTokens);
        model.GenerationConfig = new GenerationConfig { MaxNewTokens = 2, PadTokenId = 0 };
        using var text = peft.Generate(new[] { 5, 6 }).Sequences;
        Assert.Equal(4, text.shape[1]);
        peft.train();
        Assert.True(model.training);
        peft.eval();
        model.modules().Should().AllSatisfy(module => module.training.Should().BeFalse());
        FluentActions.Invoking(() => peft.GenerationConfig = null!).Should().ThrowExactly<ArgumentNullException>();
    }

    [Fact]
    public void A_bert_with_an_adapter_counts_its_targets_and_has_its_label_names()
    {
        var model = AutoModelForQuestionAnswering.FromConfig(new BertConfig
        {
            VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 12,
        });
        using var peft = model.GetPeftModel(new LoraConfig { R = 2 });
        peft.LabelNames.Should().Equal("start_positions", "end_positions");
        using var inputs = new ModelInputs
        {
            InputIds = ones([3, 4], ScalarType.Int64), StartPositions = zeros(3, ScalarType.Int64),
            EndPositions = zeros(3, ScalarType.Int64),
        };
        Assert.Equal(model.CountTargets(inputs), peft.CountTargets(inputs));
    }
}
