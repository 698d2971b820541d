using PeftSharp.Optimization;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tests.Optimization;

public class OptimizerFactoryTests
{
    [Theory]
    [InlineData("adamw_torch_fused", typeof(AdamW))]
    [InlineData("adamw_torch", typeof(AdamW))]
    [InlineData("sgd", typeof(Sgd))]
    [InlineData("adafactor", typeof(Adafactor))]
    [InlineData("adagrad", typeof(Adagrad))]
    [InlineData("rmsprop", typeof(RmsProp))]
    public void Every_Python_name_makes_its_optimizer(string name, Type expected)
    {
        using var optimizer = OptimizerFactory.Create(PythonNames.ParseOptimizerName(name), Groups());
        Assert.IsType(expected, optimizer);
    }

    [Fact]
    public void Options_reach_the_optimizer()
    {
        using var scope = NewDisposeScope();
        var groups = Groups();
        using var made = OptimizerFactory.Create(OptimizerName.Sgd, groups, optimArgs: new() { Momentum = 0.5, Nesterov = true });
        groups[0].Parameters[0].Value.grad = ones(2);
        made.Step(1);
        Assert.Equal(1 - 1.5f, groups[0].Parameters[0].Value[0].item<float>());        // gradient + momentum · gradient
    }

    [Fact]
    public void Adafactor_takes_the_learning_rate_of_the_schedule()
    {
        using var scope = NewDisposeScope();
        var groups = Groups();
        using var made = OptimizerFactory.Create(OptimizerName.Adafactor, groups);
        groups[0].Parameters[0].Value.grad = ones(2);
        made.Step(0.25);
        Assert.Equal(0.75f, groups[0].Parameters[0].Value[0].item<float>());            // the first update is the gradient's sign
    }

    [Fact]
    public void Options_that_the_optimizer_does_not_use_are_named()
    {
        string Message(OptimizerName optim, OptimizerOptions options) =>
            FluentActions.Invoking(() => OptimizerFactory.Create(optim, Groups(), optimArgs: options))
                .Should().ThrowExactly<ArgumentException>().Which.Message;
        Message(OptimizerName.Sgd, new() { Alpha = 1 })
            .Should().Contain("unknown: alpha. Supported options: dampening, momentum, nesterov");
        Message(OptimizerName.AdamwTorch, new() { Eps = 1 })
            .Should().Contain("adamw_torch (OptimArgs): unknown: eps. Supported options: none");
    }

    private static ParameterGroup[] Groups() => [new([new("p", new Parameter(ones(2)))])];
}
