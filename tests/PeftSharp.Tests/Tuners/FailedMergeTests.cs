using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Qwen2;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>A merge that fails leaves the weights, the merged adapters and the outputs as they were.</summary>
public sealed class FailedMergeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_merge_that_fails_at_a_later_layer_restores_the_earlier_ones()
    {
        using var peft = WithUnmergeableAdapter();
        peft.SetAdapter("second");
        var (weights, logits) = (TinyModels.Bits(peft), TinyModels.Logits(peft));
        Fails(() => peft.Merge(safeMerge: false));
        Fails(() => peft.MergeAndUnload(safeMerge: false));
        AssertUnchanged(peft, weights, logits);
        peft.MergedAdapters.Should().BeEmpty();
        peft.parameters().Should().Contain(parameter => parameter.requires_grad);
    }

    [Fact]
    public void A_merge_that_fails_leaves_the_adapters_merged_that_were_merged_before()
    {
        using var peft = WithUnmergeableAdapter();
        var unmerged = TinyModels.Bits(peft);
        peft.Merge();
        var (weights, logits) = (TinyModels.Bits(peft), TinyModels.Logits(peft));
        Fails(() => peft.Merge(safeMerge: false, ["second"]));
        AssertUnchanged(peft, weights, logits);
        peft.MergedAdapters.Should().Equal("first");
        peft.Unmerge();
        foreach (var (name, tensor) in peft.state_dict()) TinyModels.AssertSameBits(unmerged[name], tensor, name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Adapters_that_train_the_same_token_row_are_refused_before_they_are_merged_or_activated(bool safeMerge)
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, TrainableTokenIndices = [5, 6] }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2, TrainableTokenIndices = [6, 7] });
        peft.AddAdapter("third", new LoraConfig { R = 2, TrainableTokenIndices = [8] });
        TinyModels.Disturb(peft);
        var (weights, logits) = (TinyModels.Bits(peft), TinyModels.Logits(peft));
        foreach (var action in new Action[]
        {
            () => peft.SetAdapter("first", "second"), () => peft.Merge(safeMerge, ["first", "second"]),
            () => peft.MergeAndUnload(safeMerge, ["first", "second"]),
        })
            FluentActions.Invoking(action).Should().ThrowExactly<ArgumentException>()
                .Which.Message.Should().ContainAll("'first' and 'second'", "token 6", "'transformer.wte'");
        AssertUnchanged(peft, weights, logits);
        peft.ActiveAdapters.Should().Equal("first");
        peft.SetAdapter("first", "third");
        peft.Merge(safeMerge: false);
        peft.MergedAdapters.Should().Equal("first", "third");
    }

    /// <summary>A model with the adapter "first", and "second", which cannot be merged into its output projections: they have no
    /// bias.</summary>
    private static PeftModel<PretrainedModel> WithUnmergeableAdapter()
    {
        manual_seed(1);
        var peft = AutoModelForCausalLM.FromConfig(new Qwen2Config
        {
            VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, NumKeyValueHeads = 2, IntermediateSize = 24,
            MaxPositionEmbeddings = 12,
        }).GetPeftModel(new LoraConfig { R = 2, TargetModules = ["q_proj", "o_proj"] }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2, TargetModules = ["q_proj", "o_proj"], LoraBias = true });
        foreach (var name in new[] { "second", "first" })
        {
            peft.SetAdapter(name);
            TinyModels.Disturb(peft);
        }
        peft.eval();
        return peft;
    }

    private static void Fails(Action merge) => FluentActions.Invoking(merge).Should().ThrowExactly<InvalidOperationException>()
        .Which.Message.Should().Contain("LoraBias");

    private static void AssertUnchanged(PeftModel peft, Dictionary<string, Tensor> weights, Tensor logits)
    {
        foreach (var (name, tensor) in peft.state_dict()) TinyModels.AssertSameBits(weights[name], tensor, name);
        TinyModels.AssertSame(logits, TinyModels.Logits(peft));
    }
}
