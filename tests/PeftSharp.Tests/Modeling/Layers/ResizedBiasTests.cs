using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Models.Roberta;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling.Layers;

public sealed class ResizedBiasTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Heads => ["BERT", "RoBERTa", "tied"];

    [Theory, MemberData(nameof(Heads))]
    public void A_bias_that_is_resized_with_the_vocabulary_replaces_the_previous_one_and_frees_it(string head)
    {
        using nn.Module module = head switch
        {
            "BERT" => AutoModelForMaskedLM.FromConfig(Sized(new BertConfig())),
            "RoBERTa" => AutoModelForMaskedLM.FromConfig(Sized(new RobertaConfig())),
            _ => new TiedLinear(() => zeros(31, 8), outputs: 31),
        };
        var before = Biases(module);
        before.Should().NotBeEmpty();
        if (module is PretrainedModel model) model.ResizeTokenEmbeddings(40);
        else ((IResizableVocabulary)module).ResizeVocabulary(40);
        before.Should().AllSatisfy(bias => bias.IsInvalid.Should().BeTrue());
        Biases(module).Should().BeEmpty();
        module.named_parameters().Where(pair => pair.name.EndsWith("bias")).Should()
            .Contain(pair => pair.parameter.shape[0] == 40).And.AllSatisfy(pair => pair.parameter.IsInvalid.Should().BeFalse());
    }

    /// <summary>The biases with one element for each of the 31 tokens.</summary>
    private static TorchSharp.Modules.Parameter[] Biases(nn.Module module) =>
        [.. module.parameters().Where(parameter => parameter.dim() == 1 && parameter.shape[0] == 31)];

    private static TConfig Sized<TConfig>(TConfig config) where TConfig : TransformerConfig => config with
    {
        VocabSize = 31,
        HiddenSize = 8,
        NumHiddenLayers = 1,
        NumAttentionHeads = 2,
        IntermediateSize = 12,
        MaxPositionEmbeddings = 12,
    };
}
