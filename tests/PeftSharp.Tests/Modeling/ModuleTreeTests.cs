using PeftSharp.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Modeling;

/// <summary>Modules are replaced and copied in the library's models and in a user's models.</summary>
public sealed class ModuleTreeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Modules_are_listed_before_their_children_as_in_pytorch()
    {
        using var model = new Model();
        ModuleTree.Walk(model).Select(place => place.Path).Should().Equal("slot", "rest", "rest.0", "list", "list.0", "list.1", "typed");
        ModuleTree.Walk(model, module => module is Sequential).Select(place => place.Path)
            .Should().Equal("slot", "rest", "list", "list.0", "list.1", "typed");
    }

    [Theory]
    [InlineData("slot")]
    [InlineData("rest.0")]
    [InlineData("list.1")]
    public void A_replacement_is_called_and_named_and_keeps_the_order(string path)
    {
        using var model = new Model();
        var names = model.named_parameters().Select(pair => pair.name).ToArray();
        ModuleTree.Replace(ModuleTree.Walk(model).Single(place => place.Path == path), new Negated());
        model.named_parameters().Select(pair => pair.name).Should().Equal(names);
        using var x = ones(1, 2);
        // Four layers of ones, one of them negated; each gives the sum of x, which is 2.
        Assert.Equal(-4f, model.call(x)[0, 0].item<float>() * 4);
    }

    [Fact]
    public void A_field_that_cannot_hold_an_adapter_is_named_with_its_declaration()
    {
        using var model = new Model();
        FluentActions.Invoking(() => ModuleTree.Replace(ModuleTree.Walk(model).Single(place => place.Path == "typed"), new Negated()))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().ContainAll("Model._typed has type Linear", "Module<Tensor, Tensor>");
    }

    [Fact]
    public void A_copy_has_the_same_numbers_and_is_independent()
    {
        using var head = new CompositeHead();
        using var copy = ModuleCopy.Of(head);
        copy.state_dict().Keys.Should().Equal(head.state_dict().Keys);
        using var x = ones(1, 2);
        Assert.Equal(head.call(x)[0, 0].item<float>(), copy.call(x)[0, 0].item<float>());
        using (no_grad()) foreach (var parameter in copy.parameters()) parameter.zero_();
        Assert.Equal(0f, copy.call(x)[0, 0].item<float>());
        Assert.NotEqual(0f, head.call(x)[0, 0].item<float>());
    }

    private sealed class Model : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "slot")] private readonly Module<Tensor, Tensor> _slot = Ones();
        [ComponentName(Name = "rest")] private readonly Sequential _rest = Sequential(Ones());
        [ComponentName(Name = "list")] private readonly ModuleList<Module<Tensor, Tensor>> _list = new(Ones(), Ones());
        [ComponentName(Name = "typed")] private readonly TorchSharp.Modules.Linear _typed = Ones();

        internal Model() : base(nameof(Model)) => RegisterComponents();

        public override Tensor forward(Tensor x) => _slot.call(x) * _rest.call(x) * _list[0].call(x) * _list[1].call(x) / 16;

        internal static TorchSharp.Modules.Linear Ones()
        {
            var layer = nn.Linear(2, 2, hasBias: false);
            init.ones_(layer.weight);
            return layer;
        }
    }

    private sealed class CompositeHead : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _inner = new PeftSharp.Modeling.Layers.Linear(2, 3);
        [ComponentName(Name = "norm")] private readonly Module<Tensor, Tensor> _norm = new PeftSharp.Modeling.Layers.LayerNorm(3, 1e-5);
        [ComponentName(Name = "list")]
        private readonly ModuleList<Module<Tensor, Tensor>> _more = new(new PeftSharp.Modeling.Layers.Linear(3, 1));

        internal CompositeHead() : base(nameof(CompositeHead))
        {
            RegisterComponents();
            using var free = no_grad();
            var value = 0.0;
            foreach (var parameter in parameters()) parameter.fill_(value += 0.5).add_(arange(parameter.numel()).reshape(parameter.shape));
        }

        public override Tensor forward(Tensor x) => _more[0].call(_norm.call(_inner.call(x)));
    }

    private sealed class Negated : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "weight")] private readonly Parameter _weight = new(zeros(1));

        internal Negated() : base(nameof(Negated)) => RegisterComponents();

        public override Tensor forward(Tensor x) => -2 * ones_like(x) + _weight;
    }
}
