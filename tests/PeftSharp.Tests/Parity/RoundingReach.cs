using PeftSharp.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>How far float32 rounding alone can move each weight of a run.</summary>
/// <remarks>
/// Adam, RMSprop and Adagrad divide a gradient by its own root mean square, so a weight whose gradient is rounding noise still moves by
/// whole steps, and in a direction that differs between processors. A run determines such a weight only up to the sum of these moves. An
/// example are the biases of attention keys, whose gradient is mathematically zero. In each step a weight with gradient g moves by m; noise
/// n in g decides the share s = min(1, n / |g|) of m, and reverses it at worst. Where s is large, m is itself chance, so the largest m·s of
/// the tensor takes its place if that is larger; the recorded run moved by chance too. The reach of a weight is the sum of 8·s·max(m,
/// max(m·s)) over the steps. The noise of a gradient is that of the sums it comes from, which is proportional to the largest gradient of
/// its module, not to its own size: of tiny BERT and GPT-2 models float32 gradients differ from float64 ones by 1e-7 to 6e-7 of it.
/// </remarks>
internal sealed class RoundingReach : TrainerCallback
{
    /// <summary>Noise of a gradient as a share of the largest of its module.</summary>
    private const double Noise = 2e-6;

    private readonly Dictionary<string, Tensor> _reach = new(StringComparer.Ordinal), _before = new(StringComparer.Ordinal);
    private (string Name, Parameter Value)[] _weights = [];

    /// <summary>Repeats a recorded run and watches every step.</summary>
    internal static RoundingReach OfRun(RecordedRun recorded)
    {
        using var folder = new TemporaryFolder();
        using var model = recorded.Model();
        var reach = new RoundingReach();
        var arguments = recorded.Arguments(folder.Path) with { LoadBestModelAtEnd = false, SaveStrategy = SaveStrategy.No };
        new Trainer(model, arguments, recorded.Rows("train"), recorded.Rows("eval"), recorded.Collator(),
            computeMetrics: recorded.IsLanguage ? null : TrainingParityTests.ComputeMetrics, callbacks: [reach]).Train();
        return reach;
    }

    /// <summary>Finds the weights after the trainer has moved the model, which then has new parameters.</summary>
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) =>
        _weights = [.. Context.Model.named_parameters().Where(pair => pair.parameter.requires_grad)];

    public override void OnPreOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        using var free = no_grad();
        foreach (var (name, value) in _weights) _before[name] = value.detach().clone().DetachFromDisposeScope();
    }

    public override void OnOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        using var free = no_grad();
        using var scope = NewDisposeScope();
        var largest = _weights.GroupBy(weight => Owner(weight.Name))
            .ToDictionary(group => group.Key, group => group.Max(weight => weight.Value.grad?.abs().max().item<float>() ?? 0));
        foreach (var (name, value) in _weights)
        {
            if (value.grad is { } gradient)
            {
                // An exact zero, as of a token that is not in the batch, has no noise.
                var share = where(gradient.eq(0), 0, (Noise * largest[Owner(name)] / gradient.abs().to(ScalarType.Float64)).clamp_max(1));
                var moved = (value - _before[name]).abs().to(ScalarType.Float64);
                var step = 8 * share * moved.maximum((moved * share).max());
                _reach[name] = (_reach.TryGetValue(name, out var sum) ? sum + step : step).DetachFromDisposeScope();
                sum?.Dispose();
            }
            _before[name].Dispose();
        }
    }

    private static string Owner(string parameter) => parameter[..parameter.LastIndexOf('.')];

    /// <summary>
    /// Share of the weights whose reach is below <paramref name="tolerance"/> of the largest value of their tensor: those that the run
    /// determines.
    /// </summary>
    internal double Determined(IReadOnlyDictionary<string, Tensor> weights, double tolerance)
    {
        using var scope = NewDisposeScope();
        var determined = _reach.Sum(pair => pair.Value.lt(tolerance * weights[pair.Key].abs().max().item<float>()).sum().item<long>());
        return (double)determined / _reach.Sum(pair => pair.Value.numel());
    }

    /// <summary>Asserts that each weight is as near to the recorded one as the run determines it.</summary>
    /// <param name="expected">The recorded weight.</param>
    /// <param name="found">The weight of the repeated run.</param>
    /// <param name="name">Its name in the model.</param>
    /// <param name="tolerance">Allowed difference as a share of the largest recorded value, in addition to the reach.</param>
    internal void AssertNear(Tensor expected, Tensor found, string name, double tolerance)
    {
        using var scope = NewDisposeScope();
        var difference = (expected.to(ScalarType.Float64) - found.cpu().to(ScalarType.Float64)).abs();
        var allowed = tolerance * expected.abs().max().to(ScalarType.Float64)
            + (_reach.TryGetValue(name, out var reach) ? reach.cpu() : zeros_like(difference));
        var excess = difference - allowed;
        excess.max().item<double>().Should().BeLessThanOrEqualTo(
            0, "the run determines {0}; of its {1} weights {2} differ by more", name, excess.numel(), excess.gt(0).sum().item<long>());
    }
}
