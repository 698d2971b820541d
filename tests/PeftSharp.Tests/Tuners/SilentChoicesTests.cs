using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>A call without an effect, or with another effect than its name states, is refused.</summary>
public sealed class SilentChoicesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_model_inside_an_adapted_one_gets_no_second_wrapper()
    {
        var model = TinyModels.Gpt2();
        using var peft = model.GetPeftModel(new LoraConfig { R = 2 }, "first");
        foreach (var again in new Func<object>[]
        {
            () => model.GetPeftModel(new LoraConfig { R = 2 }, "second"),
            () => peft.GetBaseModel().GetPeftModel(new LoraConfig { R = 2, TargetModules = ["wpe"] }),
        })
            FluentActions.Invoking(again).Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("c_attn");
        peft.PeftConfigs.Keys.Should().Equal("first");
        peft.CountTrainableParameters().Trainable.Should().BeGreaterThan(0);
        var unloaded = peft.Unload();
        using var other = unloaded.GetPeftModel(new LoraConfig { R = 2 }, "second");
    }

    [Fact]
    public void A_combination_that_would_lose_a_layer_of_an_adapter_is_refused()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, LayersToTransform = [0] }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2, LayersToTransform = [1] });
        FluentActions.Invoking(() => peft.AddWeightedAdapter(["first", "second"], [1, 1], "both"))
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().ContainAll("'second'", "h.1.", "LayersToTransform");
        peft.PeftConfigs.Keys.Should().Equal("first", "second");
    }

    [Fact]
    public void Merging_and_saving_need_an_adapter()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2 });
        FluentActions.Invoking(() => peft.SavePretrained(_folder.Path, []))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Specify at least one");
        FluentActions.Invoking(() => peft.Merge(adapterNames: [])).Should().ThrowExactly<ArgumentException>();
        peft.DeleteAdapter("first");
        FluentActions.Invoking(() => peft.Merge())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("none is active");
        FluentActions.Invoking(() => peft.MergeAndUnload()).Should().ThrowExactly<ArgumentException>();
        peft.PeftConfigs.Keys.Should().Equal("second");
    }

    [Fact]
    public void Two_copies_of_one_module_are_not_merged_together()
    {
        using var peft = TinyModels.Bert().GetPeftModel(new LoraConfig { R = 2, TaskType = TaskType.SeqCls }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2, TaskType = TaskType.SeqCls });
        FluentActions.Invoking(() => peft.Merge(adapterNames: ["first", "second"]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'classifier'");
        FluentActions.Invoking(() => peft.MergeAndUnload(adapterNames: ["first", "second"])).Should().ThrowExactly<ArgumentException>();
        peft.Merge();
        FluentActions.Invoking(() => peft.Merge(adapterNames: ["second"])).Should().ThrowExactly<ArgumentException>();
        peft.MergedAdapters.Should().Equal("first");
    }

    [Theory]
    [InlineData(CombinationType.Linear, 0.5, null, null, "density")]
    [InlineData(CombinationType.Cat, null, 4, null, "svdRank")]
    [InlineData(CombinationType.Linear, null, null, 0.9, "svdClamp")]
    [InlineData(CombinationType.Svd, 0.5, 4, null, "density")]
    [InlineData(CombinationType.Ties, 0.5, 4, 0.9, "svdRank, svdClamp")]
    [InlineData(CombinationType.Ties, null, null, null, "density")]
    [InlineData(CombinationType.TiesSvd, 1.5, null, null, "1.5")]
    [InlineData(CombinationType.Svd, null, null, 1.5, "svdClamp is 1.5")]
    [InlineData((CombinationType)99, null, null, null, "99")]
    public void A_combination_refuses_options_that_it_does_not_use(
        CombinationType type, double? density, int? rank, double? clamp, string word)
    {
        using var peft = Two();
        FluentActions.Invoking(() => peft.AddWeightedAdapter(["first", "second"], [1, -0.5], "both", type, rank, density, svdClamp: clamp))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain(word);
        peft.PeftConfigs.Keys.Should().Equal("first", "second");
    }

    [Fact]
    public void Weights_are_finite_and_a_sign_method_needs_a_type_that_counts_signs()
    {
        using var peft = Two();
        FluentActions.Invoking(() => peft.AddWeightedAdapter(["first", "second"], [1, double.NaN], "both"))
            .Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(
            () => peft.AddWeightedAdapter(["first", "second"], [1, 1], "both", majoritySignMethod: MajoritySignMethod.Frequency))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("majoritySignMethod");
    }

    [Fact]
    public void A_negative_weight_takes_the_effect_away()
    {
        using var peft = Two();
        using var free = no_grad();
        foreach (var type in new[] { CombinationType.Linear, CombinationType.Svd, CombinationType.Cat })
        {
            peft.AddWeightedAdapter(["first"], [-1], $"minus{type}", type);
            using var inputs = TinyModels.Inputs();
            inputs.Labels = null;
            peft.SetAdapter("first", $"minus{type}");
            Close.Equal(peft.CallWithAdapter(inputs, "__base__").Logits!, peft.call(inputs).Logits!, 1e-5);
        }
    }

    [Fact]
    public void Training_with_merged_adapters_or_with_an_adapter_that_is_off_is_an_error_and_not_a_run_without_effect()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 }, "first");
        using var inputs = TinyModels.Inputs();
        using (peft.DisableAdapter()) FluentActions.Invoking(() => peft.call(inputs).Loss!.backward()).Should().Throw<Exception>();
        peft.Merge();
        FluentActions.Invoking(() => peft.call(inputs).Loss!.backward()).Should().Throw<Exception>();
        peft.Unmerge();
        peft.call(inputs).Loss!.backward();
    }

    private static PeftModel<PeftSharp.Modeling.PretrainedModel> Two()
    {
        var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2 });
        peft.SetAdapter("first", "second");
        TinyModels.Disturb(peft);
        return peft;
    }
}
