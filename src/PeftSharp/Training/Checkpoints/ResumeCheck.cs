using System.Text.Json.Nodes;
using PeftSharp.Training.Loop;

namespace PeftSharp.Training.Checkpoints;

/// <summary>Whether a checkpoint belongs to the run that resumes it.</summary>
internal static class ResumeCheck
{
    /// <summary>Arguments that decide which rows a step reads: with other values rows would be skipped or repeated.</summary>
    private static readonly string[] _decisive = ["per_device_train_batch_size", "gradient_accumulation_steps", "dataloader_drop_last", "train_sampling_strategy"];

    /// <summary>Arguments that change the numbers of the steps to come, but leave none out.</summary>
    private static readonly string[] _influential =
        ["learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps", "weight_decay", "optim", "optim_args", "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm", "bf16"];

    /// <summary>Warnings about a checkpoint that can be resumed but not as if nothing had happened.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="saved">Its state.</param>
    /// <param name="arguments">The arguments of the run that resumes it.</param>
    /// <param name="plan">The steps of that run.</param>
    /// <exception cref="CheckpointException">The checkpoint belongs to a run with other steps; the message names the values of both.</exception>
    internal static IReadOnlyList<string> Check(string folder, TrainerState saved, TrainingArguments arguments, StepPlan plan)
    {
        if (saved.GlobalStep > plan.MaxSteps)
            throw new CheckpointException($"'{folder}' is at step {saved.GlobalStep} of {saved.MaxSteps}, but this run ends at step {plan.MaxSteps} (MaxSteps, NumTrainEpochs): the checkpoint is of another run. "
                + "Resume with the arguments of its run, name another checkpoint, or load its model and begin a new run.");
        var warnings = new List<string>();
        if (saved.GlobalStep == plan.MaxSteps) warnings.Add($"'{folder}' is at the last step of the run ({plan.MaxSteps}): nothing is left to train.");
        var changes = new List<string>();
        if (saved.MaxSteps > 0 && saved.MaxSteps != plan.MaxSteps) changes.Add($"the number of steps (MaxSteps, NumTrainEpochs) was {saved.MaxSteps} and is {plan.MaxSteps}");
        if (Checkpoint.ReadArguments(folder) is { } before)
        {
            var now = Checkpoint.ToJson(arguments);
            var decisive = Changes(_decisive, before, now).ToList();
            if (OrderSeed(before) is { } seed && seed != OrderSeed(now)) decisive.Add($"the seed of the order of the rows (DataSeed, Seed) was {seed} and is {OrderSeed(now)}");
            if (decisive.Count > 0)
                throw new CheckpointException($"'{folder}' is of a run that read its rows in another order: {string.Join("; ", decisive)}. Resume with the arguments of its run, or load its model and begin a new run.");
            changes.AddRange(Changes(_influential, before, now));
        }
        if (changes.Count > 0) warnings.Add($"The run of '{folder}' continues with other arguments: {string.Join("; ", changes)}.");
        return warnings;
    }

    private static IEnumerable<string> Changes(IEnumerable<string> names, JsonObject before, JsonObject now) =>
        from name in names
        where before.ContainsKey(name) && Text(before[name]) != Text(now[name])
        select $"{string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))} was {Text(before[name])} and is {Text(now[name])}";

    private static string Text(JsonNode? value) => value?.ToJsonString().Trim('"') ?? "null";

    private static string? OrderSeed(JsonObject arguments) => (arguments["data_seed"] ?? arguments["seed"])?.ToJsonString();
}
