using System.Text.Json;
using PeftSharp.Optimization;
using PeftSharp.Tests.Tuners;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tests.Optimization;

public class OptimizerTests
{
    private const double RecordedRate = 1e-2;

    /// <summary>The optimizers of the recorded paths, with the settings of the recording.</summary>
    private static readonly Dictionary<string, Func<NamedParameter[], Optimizer>> _recorded = new()
    {
        ["adamw"] = p => new AdamW([new(p) { WeightDecay = 0.1 }]),
        ["adamw-betas"] = p => new AdamW([new(p)], beta1: 0.8, beta2: 0.9, eps: 1e-5),
        ["adafactor"] = p => new Adafactor([new(p)], scaleParameter: false, relativeStep: false),
        ["adafactor-relative"] = p => new Adafactor([new(p)], scaleParameter: true, relativeStep: true, warmupInit: true),
        ["adagrad"] = p => new Adagrad([new(p)]),
        ["sgd-momentum"] = p => new Sgd([new(p) { WeightDecay = 0.1 }], momentum: 0.9, nesterov: true),
        ["rmsprop"] = p => new RmsProp([new(p)]),
    };

    public static TheoryData<string> Kinds =>
        new("adamw", "adamw-plain", "sgd", "sgd-momentum", "adafactor", "adafactor-first-moment", "adagrad", "rmsprop", "rmsprop-all");

    [SkippableFact, Trait("Category", "Parity")]
    public void Parameters_follow_the_recorded_paths()
    {
        foreach (var recorded in JsonDocument.Parse(File.ReadAllText(ReferenceRoot.Require("numerics", "optimizers.json"))).RootElement
            .EnumerateObject())
        {
            if (!_recorded.TryGetValue(recorded.Name, out var make))
                // Another folder may contain an optimizer that is not supported.
                continue;
            using var scope = NewDisposeScope();
            var parameters = recorded.Value.GetProperty("start").EnumerateArray()
                .Select((values, i) => Parameter($"p{i}", Read(values))).ToArray();
            using var optimizer = make(parameters);
            var step = 0;
            foreach (var after in recorded.Value.GetProperty("after_each_step").EnumerateArray())
            {
                SetGradients(parameters, seed: step++);
                optimizer.Step(RecordedRate);
                foreach (var (values, (name, parameter)) in after.EnumerateArray().Zip(parameters))
                    // A few float32 ulps of values near 1.
                    AssertClose(Read(values), parameter, 1e-6, $"{recorded.Name}, {name}, step {step}");
            }
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void AdamW_follows_its_paper_in_double_precision(bool fused)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        var expected = parameters.Select(p => Numbers(p.Value)).ToArray();
        var (mean, square) = (expected.Select(x => new double[x.Length]).ToArray(), expected.Select(x => new double[x.Length]).ToArray());
        using var optimizer = new AdamW([new(parameters) { WeightDecay = 0.1 }], beta1: 0.7, beta2: 0.95, eps: 1e-6, fused);
        for (var step = 1; step <= 20; step++)
        {
            SetGradients(parameters, seed: step);
            optimizer.Step(0.01);
            for (var k = 0; k < parameters.Length; k++)
            {
                var gradient = Numbers(parameters[k].Value.grad!);
                for (var i = 0; i < gradient.Length; i++)
                {
                    mean[k][i] = 0.7 * mean[k][i] + 0.3 * gradient[i];
                    square[k][i] = 0.95 * square[k][i] + 0.05 * gradient[i] * gradient[i];
                    expected[k][i] -= 0.01 * 0.1 * expected[k][i];
                    expected[k][i] -=
                        0.01 * (mean[k][i] / (1 - Math.Pow(0.7, step))) / (Math.Sqrt(square[k][i] / (1 - Math.Pow(0.95, step))) + 1e-6);
                }
            }
        }
        for (var k = 0; k < parameters.Length; k++)
            // 20 float32 roundings of values up to 3
            AssertClose(tensor(expected[k]).reshape(parameters[k].Value.shape).to(ScalarType.Float32), parameters[k].Value, 3e-6,
                parameters[k].Name);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_saved_and_loaded_state_continues_bit_for_bit(string kind)
    {
        using var scope = NewDisposeScope();
        var straight = Run(kind, Parameters(), from: 0, to: 6, state: null, out _);
        var first = Parameters();
        Run(kind, first, 0, 3, null, out var saved);
        var second = first.Select(p => Parameter(p.Name, p.Value.detach().clone())).ToArray();
        var resumed = Run(kind, second, 3, 6, saved, out _);
        for (var k = 0; k < straight.Length; k++)
            TinyModels.AssertSameBits(straight[k].Value, resumed[k].Value, $"{kind}: {straight[k].Name}");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void No_tensor_outlives_a_step(string kind)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = Make(kind, parameters);
        var counts = new List<long>();
        for (var step = 0; step < 4; step++)
        {
            SetGradients(parameters, step);
            GradientClipping.ClipGradNorm(parameters.Select(p => p.Value), maxNorm: 1);
            optimizer.Step(0.01);
            optimizer.ZeroGrad();
            counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        counts.Distinct().Should().ContainSingle();                                           // the state is made in the first step
    }

    [Fact]
    public void Disposing_frees_the_state_and_refuses_further_steps()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var optimizer = new AdamW([new(parameters)]);
        SetGradients(parameters, 0);
        optimizer.Step(0.01);
        optimizer.ZeroGrad();
        Assert.Equal(before + 2 * parameters.Length, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        optimizer.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        FluentActions.Invoking(() => optimizer.Step(0.01)).Should().ThrowExactly<ObjectDisposedException>();
    }

    [Fact]
    public void State_made_or_loaded_inside_a_dispose_scope_outlives_it()
    {
        using var outer = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = new AdamW([new(parameters)]);
        using (NewDisposeScope())
        {
            SetGradients(parameters, 0);
            optimizer.Step(0.01);
            optimizer.LoadState(optimizer.GetStateTensors());
            optimizer.ZeroGrad();
        }
        SetGradients(parameters, 1);
        optimizer.Step(0.01);
        Assert.Equal(2, optimizer.GetStateTensors()["step.weight"].item<long>());
    }

    [Fact]
    public void A_parameter_without_a_gradient_keeps_its_value_and_has_no_state()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        var before = parameters[1].Value.detach().clone();
        using var optimizer = new AdamW([new(parameters) { WeightDecay = 0.5 }]);
        SetGradients(parameters, 0);
        parameters[1].Value.grad = null;
        optimizer.Step(0.01);
        TinyModels.AssertSameBits(before, parameters[1].Value);
        var state = optimizer.GetStateTensors();
        Assert.Equal(0, state[$"step.{parameters[1].Name}"].item<long>());
        state.Should().NotContainKey($"exp_avg.{parameters[1].Name}");
        optimizer.LoadState(state);
    }

    [Fact]
    public void A_group_scales_the_learning_rate()
    {
        using var scope = NewDisposeScope();
        var (slow, fast) = (Parameter("slow", ones(3)), Parameter("fast", ones(3)));
        using var optimizer = new Sgd([new([slow]), new([fast]) { LearningRateScale = 16 }]);
        slow.Value.grad = fast.Value.grad = ones(3);
        optimizer.Step(0.01);
        AssertClose(full([3], 0.99), slow.Value, 1e-7, "slow");
        AssertClose(full([3], 0.84), fast.Value, 1e-7, "fast");
    }

    [Fact]
    public void Half_precision_is_trained_through_single_precision_by_Adafactor()
    {
        using var scope = NewDisposeScope();
        var single = Parameter("p", Parameters()[0].Value.detach().to(ScalarType.BFloat16).to(ScalarType.Float32));
        var half = Parameter("p", single.Value.detach().to(ScalarType.BFloat16));
        using var one = new Adafactor([new([single])], scaleParameter: false, relativeStep: false);
        using var other = new Adafactor([new([half])], scaleParameter: false, relativeStep: false);
        half.Value.grad = ones(half.Value.shape, ScalarType.BFloat16);
        single.Value.grad = ones(half.Value.shape);
        one.Step(0.125);
        other.Step(0.125);
        Assert.Equal(ScalarType.BFloat16, half.Value.dtype);
        Assert.Equal(ScalarType.Float32, other.GetStateTensors()["exp_avg_sq_row.p"].dtype);
        TinyModels.AssertSame(single.Value.to(ScalarType.BFloat16), half.Value);
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_by_name_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = new AdamW([new(parameters)]);
        SetGradients(parameters, 0);
        optimizer.Step(0.01);

        string Refused(Action<Dictionary<string, Tensor>> spoil)
        {
            var state = new Dictionary<string, Tensor>(optimizer.GetStateTensors());
            spoil(state);
            return FluentActions.Invoking(() => optimizer.LoadState(state)).Should().ThrowExactly<CheckpointException>().Which.Message;
        }
        Refused(state => state.Remove("exp_avg.weight")).Should().Contain("'exp_avg.weight' is missing");
        Refused(state => state.Remove("step.bias")).Should().Contain("'step.bias' is missing");
        Refused(state => state["exp_avg.weight"] = zeros(3, 4)).Should().Contain("[3, 4]");
        Refused(state => state["exp_avg_sq.weight"] = zeros([4, 3], ScalarType.Float64)).Should().Contain("Float64");
        Refused(state => state["exp_avg.other"] = zeros(1)).Should().Contain("'exp_avg.other'");
        Refused(state => state["step.weight"] = zeros(1)).Should().Contain("an int64 scalar");
        Assert.Equal(1, optimizer.GetStateTensors()["step.weight"].item<long>());
    }

    [Fact]
    public void Parameters_that_cannot_be_trained_are_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var parameter = Parameter("weight", ones(2));
        FluentActions.Invoking(() => new Sgd([new([parameter, Parameter("weight", ones(2))])]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Two parameters are named 'weight'");
        FluentActions.Invoking(() => new Sgd([new([parameter, new("tied", parameter.Value)])]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("are the same parameter");
        FluentActions.Invoking(() => new Sgd([new([])]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("no parameters");
        parameter.Value.requires_grad = false;
        FluentActions.Invoking(() => new Sgd([new([parameter])]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'weight' is frozen");
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        using var scope = NewDisposeScope();
        ParameterGroup[] groups = [new(Parameters())];
        FluentActions.Invoking(() => new AdamW(groups, beta1: 1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new AdamW(groups, eps: double.NaN)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Sgd(groups, nesterov: true)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new Adafactor(groups, relativeStep: false, warmupInit: true))
            .Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new RmsProp(groups, alpha: -0.1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Adagrad(groups, lrDecay: -1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    private static NamedParameter[] Run(
        string kind, NamedParameter[] parameters, int from, int to, IReadOnlyDictionary<string, Tensor>? state,
        out IReadOnlyDictionary<string, Tensor> saved)
    {
        using var optimizer = Make(kind, parameters);
        if (state is not null)
            optimizer.LoadState(state);
        for (var step = from; step < to; step++)
        {
            SetGradients(parameters, step);
            optimizer.Step(0.01);
        }
        saved = optimizer.GetStateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        return parameters;
    }

    private static Optimizer Make(string kind, NamedParameter[] p)
    {
        ParameterGroup[] groups = [new(p) { WeightDecay = 0.1 }];
        return kind switch
        {
            "adamw" => new AdamW(groups),
            "adamw-plain" => new AdamW(groups, fused: false),
            "sgd" => new Sgd(groups),
            "sgd-momentum" => new Sgd(groups, momentum: 0.9, dampening: 0.1),
            "adafactor" => new Adafactor(groups),
            "adafactor-first-moment" => new Adafactor(groups, beta1: 0.9, scaleParameter: false, relativeStep: false),
            "adagrad" => new Adagrad(groups, lrDecay: 0.1, initialAccumulatorValue: 0.1),
            "rmsprop" => new RmsProp(groups),
            "rmsprop-all" => new RmsProp(groups, momentum: 0.9, centered: true),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static NamedParameter[] Parameters()
    {
        using var generator = new Generator(7);
        return [Parameter("weight", randn([4, 3], generator: generator)), Parameter("bias", randn([5], generator: generator)),
            Parameter("stack", randn([2, 3, 4], generator: generator))];
    }

    private static NamedParameter Parameter(string name, Tensor value) => new(name, new Parameter(value));

    /// <summary>
    /// Sets gradients to randn of each shape in order, from a generator that is seeded with the step, as the recorded paths did.
    /// </summary>
    private static void SetGradients(IEnumerable<NamedParameter> parameters, int seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        foreach (var (_, parameter) in parameters)
            parameter.grad = randn(parameter.shape, generator: generator);
    }

    private static Tensor Read(JsonElement values) => values[0].ValueKind == JsonValueKind.Array
        ? stack(values.EnumerateArray().Select(Read))
        : tensor(values.EnumerateArray().Select(value => value.GetSingle()).ToArray());

    private static double[] Numbers(Tensor values) => values.detach().to(ScalarType.Float64).flatten().data<double>().ToArray();

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape);
        double difference = (expected - actual.detach()).abs().max().item<float>();
        difference.Should().BeLessThanOrEqualTo(tolerance, what);
    }
}
