using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Tests.Kernels;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Gradients are clipped in the pass that updates the weights, unless a callback reads them before.</summary>
public sealed class ClippingTests : IDisposable
{
    private const double MaxNorm = 0.01;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_callback_that_is_told_before_and_after_the_optimizer_finds_gradients_clipped()
    {
        using var model = TinyRun.Model();
        var looking = new Looking(model);
        Run(model, OptimizerName.AdamwTorchFused, looking);
        looking.Norms.Should().HaveCount(2 * 8).And.AllSatisfy(norm => norm.Should().BeApproximately(MaxNorm, MaxNorm * 1e-3));
    }

    public static TheoryData<OptimizerName> Optimizers => [.. Enum.GetValues<OptimizerName>()];

    [Theory, MemberData(nameof(Optimizers))]
    public void The_weights_have_the_same_bits_whether_or_not_a_callback_reads_the_gradients(OptimizerName name)
    {
        using var seen = TinyRun.Model();
        Run(seen, name, new Looking(seen));
        using var unseen = TinyRun.Model();
        Run(unseen, name);
        TinyRun.AssertSameBits(TinyRun.Bits(seen), unseen);
    }

    [Fact]
    public void The_weights_have_the_same_bits_when_clipping_is_a_separate_pass()
    {
        using var off = new PathSwitch(nameof(FastPaths.AdamW));
        The_weights_have_the_same_bits_whether_or_not_a_callback_reads_the_gradients(OptimizerName.AdamwTorchFused);
    }

    private void Run(PretrainedModel model, OptimizerName name, params TrainerCallback[] callbacks)
    {
        var args = TinyRun.Arguments(_folder) with { MaxGradNorm = MaxNorm, Optim = name };
        new Trainer(model, args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0), callbacks: callbacks).Train();
    }

    private sealed class Looking(PretrainedModel model) : TrainerCallback
    {
        internal List<double> Norms { get; } = [];

        public override void OnPreOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) => Note();

        public override void OnOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) => Note();

        private void Note() => Norms.Add(GradientClipping.ClipGradNorm(model.parameters(), double.PositiveInfinity));
    }
}
