using PeftSharp.Internal;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>Explains why an adapter does not train a new head. As in peft, a new head is frozen if the task is not set.</summary>
internal static class FrozenHead
{
    /// <summary>Returns a warning that names the weights and the options that train them; null if no warning is needed.</summary>
    /// <param name="model">
    /// The base model. There is no warning if the model was not loaded from a checkpoint, because all of its weights are then new. There is
    /// also none if the model has no task, because it may not use the weights, such as the pooling layer of <c>BertModel</c>.
    /// </param>
    /// <param name="frozen">The names of the new weights that are frozen and that no adapter has a copy of.</param>
    /// <param name="config">The configuration of the adapter.</param>
    internal static string? Warning(PretrainedModel model, IReadOnlyList<string> frozen, PeftConfig config)
    {
        if (frozen.Count == 0 || model.LoadReport is null || model.Objective is not { } objective) return null;
        var kind = TypeName.Of(config);
        var task = TaskOf(objective);
        string[] heads = task is null ? [] : [.. TaskTypes.Heads(task), .. model.Family.GetModules(ModuleRole.Head)];
        var byTask = task == config.TaskType ? [] : frozen.Where(name => heads.Any(head => ("." + name).Contains($".{head}.",
            StringComparison.Ordinal))).ToArray();
        var modules = frozen.Except(byTask).Select(name => name[..Math.Max(name.LastIndexOf('.'), 0)]).Distinct().ToArray();
        var reason = byTask.Length == 0 ? "ModulesToSave does not contain the modules of these weights"
            : config.TaskType is { } other ? $"TaskType is {other}" : "TaskType is not set";
        List<string> remedies = [];
        if (byTask.Length > 0) remedies.Add($"TaskType = TaskType.{task}");
        if (modules.Length > 0) remedies.Add($"ModulesToSave = [{string.Join(", ", modules.Select(module => $"\"{module}\""))}]");
        var names = NewWeights.SummaryOf(frozen);
        var what = frozen.Any(name => StoredHead.IsOfBody(model, name))
            ? $"The weights {names} are new and frozen, because" : $"The head ({names}) is new and frozen, because";
        return $"{what} {kind}.{reason}. These weights are not in the checkpoint, and the adapter neither trains nor saves them, "
            + $"so the predictions are random. Set {string.Join(" and ", remedies)}.";
    }

    private static TaskType? TaskOf(Objective objective) => objective switch
    {
        SequenceClassificationObjective => TaskType.SeqCls,
        TokenClassificationObjective => TaskType.TokenCls,
        QuestionAnsweringObjective => TaskType.QuestionAns,
        _ => null,
    };
}
