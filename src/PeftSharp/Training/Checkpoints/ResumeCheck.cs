using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Training.Loop;

namespace PeftSharp.Training.Checkpoints;

/// <summary>Checks whether a checkpoint belongs to the run that resumes it.</summary>
internal static class ResumeCheck
{
    /// <summary>Arguments that determine the rows of a step. If they differ, rows would be skipped or repeated.</summary>
    private static readonly string[] _rowOrderArguments =
        ["per_device_train_batch_size", "gradient_accumulation_steps", "dataloader_drop_last", "train_sampling_strategy"];

    /// <summary>Arguments that change the updates of later steps, but not their rows.</summary>
    private static readonly string[] _optimizationArguments =
        ["learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps", "weight_decay", "optim", "optim_args", "adam_beta1",
            "adam_beta2", "adam_epsilon", "max_grad_norm", "bf16"];

    /// <summary>Returns warnings about differences between the run of the checkpoint and the run that resumes it.</summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="saved">The state of the checkpoint.</param>
    /// <param name="arguments">The arguments of the run that resumes it.</param>
    /// <param name="plan">The steps of the run that resumes it.</param>
    /// <param name="isStream">Whether the training rows are a stream, which determines their order.</param>
    /// <exception cref="CheckpointException">The runs have different rows or steps; the message contains the values of both.</exception>
    internal static IReadOnlyList<string> Check(
        string folder, TrainerState saved, TrainingArguments arguments, StepPlan plan, bool isStream)
    {
        if (saved.GlobalStep > plan.MaxSteps)
            throw new CheckpointException($"The checkpoint '{folder}' is at step {saved.GlobalStep}"
                + $"{(saved.MaxSteps > 0 ? $" of {saved.MaxSteps}" : "")}, "
                + $"but this run ends at step {plan.MaxSteps} (MaxSteps, NumTrainEpochs), so it belongs to another run. "
                + "Resume with the arguments of the run that saved it, resume another checkpoint, or load the model of the "
                + "checkpoint and start a new run.");
        var warnings = new List<string>();
        if (saved.GlobalStep == plan.MaxSteps)
            warnings.Add($"The checkpoint '{folder}' is at the last step of the run ({plan.MaxSteps}), so no step is trained.");
        var changes = new List<string>();
        if (saved.MaxSteps > 0 && saved.MaxSteps != plan.MaxSteps)
            changes.Add($"the number of steps (MaxSteps, NumTrainEpochs) was {saved.MaxSteps} and is {plan.MaxSteps}");
        if (Checkpoint.ReadArguments(folder) is { } before)
        {
            var now = Checkpoint.ToJson(arguments);
            var rowOrderChanges = Changes(_rowOrderArguments, before, now).ToList();
            if (!isStream && arguments.TrainSamplingStrategy == SamplingStrategy.Random
                && OrderSeed(before) is { } seed && seed != OrderSeed(now))
                rowOrderChanges.Add($"the seed of the row order (DataSeed, Seed) was {seed} and is {OrderSeed(now)}");
            if (rowOrderChanges.Count > 0 && !arguments.IgnoreDataSkip)
                throw OtherRowOrder(folder, string.Join("; ", rowOrderChanges));
            changes.AddRange(Changes(_optimizationArguments, before, now));
        }
        else if (saved.TrainBatchSize > 0 && saved.TrainBatchSize != arguments.PerDeviceTrainBatchSize && !arguments.IgnoreDataSkip)
            throw OtherRowOrder(folder,
                $"PerDeviceTrainBatchSize was {saved.TrainBatchSize} and is {arguments.PerDeviceTrainBatchSize}");
        if (changes.Count > 0)
            warnings.Add($"The run of checkpoint '{folder}' is resumed with different arguments: {string.Join("; ", changes)}.");
        return warnings;
    }

    /// <summary>
    /// Sets <see cref="TrainerState.BestModelCheckpoint"/> to the folder of the best checkpoint, even if the folder of the run was moved.
    /// If this checkpoint does not exist, the resumed run continues without a best checkpoint, as in transformers.
    /// </summary>
    /// <param name="folder">The folder of the checkpoint that is resumed.</param>
    /// <param name="saved">The state in this checkpoint, which is changed.</param>
    /// <returns>A warning if the best checkpoint does not exist.</returns>
    internal static IEnumerable<string> UpdateBestCheckpoint(string folder, TrainerState saved)
    {
        if (saved.BestModelCheckpoint is not { } best || Directory.Exists(best)) return [];
        var name = best.Split('/', '\\')[^1];
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(folder))!, name);
        if (CheckpointFolder.Contains(name) && Directory.Exists(beside))
        {
            saved.BestModelCheckpoint = beside;
            return [];
        }
        saved.BestModelCheckpoint = null;
        return [$"The best checkpoint of the run of '{folder}' was '{best}', which does not exist. The run continues without it: the best "
            + "checkpoint can only be one that this run writes."];
    }

    private static CheckpointException OtherRowOrder(string folder, string changes) =>
        new($"The run of checkpoint '{folder}' has another row order: {changes}. "
            + "Resume with the arguments of the run that saved it, or load the model of the checkpoint and start a new run.");

    private static IEnumerable<string> Changes(IEnumerable<string> names, JsonObject before, JsonObject now) =>
        from name in names
        where before.ContainsKey(name) && Text(before[name]) != Text(now[name])
        let argument = string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))
        select $"{argument} was {Text(before[name])} and is {Text(now[name])}";

    private static string Text(JsonNode? value) => PythonJson.Show(value).Trim('"');

    private static string? OrderSeed(JsonObject arguments) =>
        (arguments["data_seed"] ?? arguments["seed"]) is { } seed ? PythonJson.Show(seed) : null;
}
