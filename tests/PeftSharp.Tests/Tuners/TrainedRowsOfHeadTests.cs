using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Trained rows of the head of a language model (<c>trainable_token_indices={"lm_head": [...]}</c>).</summary>
public sealed class TrainedRowsOfHeadTests : IDisposable
{
    private const string Delta = "base_model.model.lm_head.token_adapter.trainable_tokens_delta.default";
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static LoraConfig Config(params int[] ids) => new()
    {
        R = 2,
        TrainableTokenIndices = TokenIndices.ForModules(new Dictionary<string, IReadOnlyList<int>> { ["lm_head"] = ids }),
    };

    private static PretrainedModel Untied()
    {
        manual_seed(1);
        var model = AutoModelForCausalLM.FromConfig(new Gpt2Config
        {
            VocabSize = 31, NPositions = 12, NEmbd = 16, NLayer = 1, NHead = 2, AttnPdrop = 0, EmbdPdrop = 0, ResidPdrop = 0,
            TieWordEmbeddings = false,
        });
        model.eval();
        return model;
    }

    [Fact]
    public void They_replace_the_rows_of_an_untied_head_and_are_saved_and_merged()
    {
        var model = Untied();
        var before = model.state_dict()["lm_head.weight"].clone();
        using var peft = model.GetPeftModel(Config(3, 7));
        peft.named_parameters().Where(pair => pair.parameter.requires_grad).Select(pair => pair.name).Should().Contain(Delta);
        TinyModels.Disturb(peft);
        var (rows, logits) = (peft.get_parameter(Delta)!.detach().clone(), TinyModels.Logits(peft));
        peft.SavePretrained(_folder.Path);
        using (var loaded = PeftModel.FromPretrained(Untied(), _folder.Path))
            TinyModels.AssertSame(logits, TinyModels.Logits(loaded), "logits of the loaded adapter");

        using var merged = peft.MergeAndUnload();
        TinyModels.AssertSame(before.index_copy(0, tensor(new long[] { 3, 7 }), rows), merged.state_dict()["lm_head.weight"], "weight");
        Close.Equal(logits, TinyModels.Logits(merged), 1e-5, "logits of the merged model");
    }

    [Fact]
    public void Each_row_of_a_batch_uses_those_of_its_adapter()
    {
        using var peft = Untied().GetPeftModel(Config(3, 7));
        TinyModels.Disturb(peft);
        using var inputs = TinyModels.Inputs();
        inputs.Labels = null;
        var (with, without) = (peft.CallWithAdapter(inputs, "default").Logits!, peft.CallWithAdapter(inputs, "__base__").Logits!);
        var mixed = peft.CallWithAdapters(inputs, ["default", "__base__", "default"]).Logits!;
        Close.Equal(stack([with[0], without[1], with[2]]), mixed, 1e-6, "logits");
        Assert.False(TinyModels.Same(with, without));
    }

    [Fact]
    public void A_tied_head_and_other_layers_are_refused_by_name()
    {
        FluentActions.Invoking(() => TinyModels.Gpt2().GetPeftModel(Config(3)))
            .Should().ThrowExactly<ArgumentException>().Which.Message
            .Should().ContainAll("TrainableTokenIndices", "'lm_head'", "TiedLinear");
        FluentActions.Invoking(() => Untied().GetPeftModel(Config(31)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'lm_head' has 31 rows");
    }
}
