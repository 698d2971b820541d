using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Collects the warnings of a trainer.</summary>
internal sealed class Warnings : TrainerCallback
{
    internal List<string> Messages { get; } = [];

    public override void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message) =>
        Messages.Add(message);
}
