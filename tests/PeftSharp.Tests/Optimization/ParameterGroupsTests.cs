using PeftSharp.Optimization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Optimization;

public class ParameterGroupsTests
{
    [Fact]
    public void Weights_decay_but_neither_biases_nor_norms_nor_what_is_frozen()
    {
        using var model = new Block();
        model.get_parameter("frozen.weight")!.requires_grad = false;
        var groups = ParameterGroups.Create(model, weightDecay: 0.1);
        groups[0].Parameters.Select(p => p.Name).Should().Equal("scale", "dense.weight", "normalizer.weight");
        groups[1].Parameters.Select(p => p.Name)
            .Should().Equal("dense.bias", "ln_1.weight", "ln_1.bias", "scaling.weight", "input_layernorm.weight", "norm.weight",
                "final_norm.weight", "normalizer.bias", "frozen.bias");
        groups.Select(group => group.WeightDecay).Should().Equal(0.1, 0.0);
        ParameterGroups.GetDecayParameterNames(model).Should().Contain("frozen.weight");
    }

    [Fact]
    public void A_model_without_norms_and_biases_has_one_group()
    {
        using var model = nn.Linear(2, 2, hasBias: false);
        ParameterGroups.Create(model, weightDecay: 0).Should().ContainSingle()
            .Which.Parameters.Select(p => p.Name).Should().Equal("weight");
    }

    [Fact]
    public void A_frozen_model_is_an_error()
    {
        using var model = nn.Linear(2, 2);
        foreach (var parameter in model.parameters())
            parameter.requires_grad = false;
        FluentActions.Invoking(() => ParameterGroups.Create(model, 0))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("All parameters of Linear are frozen");
    }

    /// <summary>
    /// A module for each rule: a layer norm by type under a plain name, a layer with the marker, norms by name that are other modules, and
    /// names that are only similar.
    /// </summary>
    private sealed class Block : nn.Module
    {
        [ComponentName(Name = "scale")] private readonly Parameter _scale = new(ones(1));
        [ComponentName(Name = "dense")] private readonly Linear _dense = nn.Linear(2, 2);
        [ComponentName(Name = "ln_1")] private readonly LayerNorm _typed = nn.LayerNorm(2);
        [ComponentName(Name = "scaling")] private readonly Marked _marked = new();
        [ComponentName(Name = "input_layernorm")] private readonly Linear _named = nn.Linear(2, 2, hasBias: false);
        [ComponentName(Name = "norm")] private readonly Linear _whole = nn.Linear(2, 2, hasBias: false);
        [ComponentName(Name = "final_norm")] private readonly Linear _ending = nn.Linear(2, 2, hasBias: false);
        [ComponentName(Name = "normalizer")] private readonly Linear _alike = nn.Linear(2, 2);
        [ComponentName(Name = "frozen")] private readonly Linear _frozen = nn.Linear(2, 2);

        internal Block() : base(nameof(Block)) => RegisterComponents();
    }

    private sealed class Marked : nn.Module, IExemptFromWeightDecay
    {
        [ComponentName(Name = "weight")] private readonly Parameter _weight = new(ones(2));

        internal Marked() : base(nameof(Marked)) => RegisterComponents();
    }
}
