using PeftSharp.Optimization;

namespace PeftSharp.Tests.Docs.Examples;

#region readme-own-schedule
/// <summary>Halves the learning rate every so many steps.</summary>
internal sealed record HalvingSchedule : LearningRateSchedule
{
    public required int Every { get; init; }

    protected override double Factor(long stepsDone) => Math.Pow(0.5, stepsDone / Every);
}
#endregion
