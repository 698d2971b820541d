using PeftSharp.Kernels;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;

namespace PeftSharp.Tests.Training;

/// <summary>
/// Counts the tensors that a training step creates and the bytes that it allocates. A change that needs more must raise the limits in this
/// file.
/// </summary>
public sealed class StepWorkTests : IDisposable
{
    private const int MostBytes = 120_000;                         // for tensors' wrappers
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // In float32 the limit is a few tensors above the smallest count so far: each mask is kept as a tensor of bits, which needs an eighth
    // of a byte for an element instead of four bytes.
    [SkippableTheory]
    [InlineData(false, false, 322)]
    [InlineData(true, false, 272)]
    [InlineData(false, true, 367)]
    [InlineData(true, true, 295)]
    public void A_step_makes_no_more_tensors_and_garbage_than_it_did(bool adapter, bool bf16, int tensors)
    {
        Skip.IfNot(Lanes.IsFast, "Without vectors of 256 bits other operations run, which make more tensors.");
        var model = TinyRun.Model(dropout: 0.1);
        if (adapter) model = model.GetPeftModel(new LoraConfig { TaskType = TaskType.SeqCls, R = 2, LoraDropout = 0.1 });
        var count = new Counter();
        new Trainer(model, TinyRun.Arguments(_folder) with { Bf16 = bf16, MaxSteps = 12, LoggingStrategy = IntervalStrategy.No },
            TinyRun.Rows(64), dataCollator: new DataCollatorWithPadding(padTokenId: 0), callbacks: [count]).Train();
        model.Dispose();
        count.TensorsAStep.Should().BeInRange(1, tensors);
        count.BytesAStep.Should().BeInRange(1, MostBytes);
    }

    /// <summary>The minimum over several steps: the first ones fill caches.</summary>
    private sealed class Counter : TrainerCallback
    {
        private (long Tensors, long Bytes) _before;

        internal long TensorsAStep { get; private set; } = long.MaxValue;
        internal long BytesAStep { get; private set; } = long.MaxValue;

        public override void OnStepBegin(TrainingArguments args, TrainerState state, TrainerControl control) => _before = Now();

        public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
        {
            var now = Now();
            (TensorsAStep, BytesAStep) = (Math.Min(TensorsAStep, now.Tensors - _before.Tensors),
                Math.Min(BytesAStep, now.Bytes - _before.Bytes));
        }

        private static (long Tensors, long Bytes) Now()
        {
            var tensors = DisposeScopeManager.Statistics.TensorStatistics;
            return (tensors.CreatedInScopeCount + tensors.CreatedOutsideScopeCount, GC.GetAllocatedBytesForCurrentThread());
        }
    }
}
