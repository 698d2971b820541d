using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Runs an action at the end of one step.</summary>
internal sealed class AtStep(int step, Action<TrainerControl> act) : TrainerCallback
{
    public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        if (state.GlobalStep == step) act(control);
    }
}
