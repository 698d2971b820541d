using System.Globalization;
using PeftSharp.Internal;
using PeftSharp.Optimization;

namespace PeftSharp.Training.Publishing;

/// <summary>The arguments of a run that a card lists (transformers' <c>extract_hyperparameters_from_trainer</c>).</summary>
internal static class Hyperparameters
{
    internal static IEnumerable<(string Name, string Value)> Of(TrainingArguments arguments)
    {
        yield return ("learning_rate", PythonFloat.Repr(arguments.LearningRate));
        yield return ("train_batch_size", Text(arguments.PerDeviceTrainBatchSize));
        yield return ("eval_batch_size", Text(arguments.PerDeviceEvalBatchSize));
        yield return ("seed", Text(arguments.Seed));
        if (arguments.GradientAccumulationSteps > 1)
        {
            yield return ("gradient_accumulation_steps", Text(arguments.GradientAccumulationSteps));
            yield return ("total_train_batch_size", Text(arguments.PerDeviceTrainBatchSize * arguments.GradientAccumulationSteps));
        }
        var options = arguments.OptimArgs?.ToPython() ?? "No additional optimizer arguments";
        var optimizer = arguments.Optim.ToPythonName();
        yield return ("optimizer", optimizer.Contains("adam", StringComparison.OrdinalIgnoreCase)
            ? $"Use {optimizer} with betas=({PythonFloat.Repr(arguments.AdamBeta1)},{PythonFloat.Repr(arguments.AdamBeta2)}) and "
                + $"epsilon={PythonFloat.Repr(arguments.AdamEpsilon)} and optimizer_args={options}"
            : $"Use {optimizer} and the args are: {options}");
        yield return ("lr_scheduler_type", arguments.LrSchedulerType.ToPythonName());
        if (arguments.WarmupSteps.ToString() is var warmup and not "0") yield return ("lr_scheduler_warmup_steps", warmup);
        if (arguments.MaxSteps > 0) yield return ("training_steps", Text(arguments.MaxSteps));
        else yield return ("num_epochs", PythonFloat.Repr(arguments.NumTrainEpochs));
        if (arguments.Bf16) yield return ("mixed_precision_training", "bfloat16");
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
