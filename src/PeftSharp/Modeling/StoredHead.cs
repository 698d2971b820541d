namespace PeftSharp.Modeling;

/// <summary>Compares the class that <c>architectures</c> in <c>config.json</c> names with the class that is loaded.</summary>
/// <remarks>
/// The heads of several tasks have the same names (<c>classifier.weight</c>), so a head that was trained for another task can fit a model
/// without a missing or unexpected tensor. transformers loads it without a warning.
/// </remarks>
internal static class StoredHead
{
    private const string LanguageModelSuffix = "LMHeadModel", TaskPrefix = "For";

    private static readonly string[] _tasks =
    [
        ModelTask.CausalLM.Name, ModelTask.MaskedLM.Name, ModelTask.SequenceClassification.Name, ModelTask.TokenClassification.Name,
        ModelTask.QuestionAnswering.Name, ModelTask.MultipleChoice.Name, ModelTask.ImageClassification.Name,
    ];

    /// <summary>
    /// The class from which the checkpoint was saved, if this class has a head for another task and the model has loaded this head. Null:
    /// the class is the class of the model, or the class is unknown, or the model's head is new.
    /// </summary>
    /// <param name="model">The model, after its weights were loaded.</param>
    /// <param name="architectures">The classes in <c>config.json</c>.</param>
    internal static string? OfOtherTask(PretrainedModel model, IReadOnlyList<string>? architectures)
    {
        if (architectures is not { Count: > 0 } || TaskOf(model.GetName()) is not { } task) return null;
        if (architectures.Any(name => TaskOf(name) is not { } stored || HaveSameHead(stored, task))) return null;
        return model.NewWeights.Names.Any(name => !IsOfBody(model, name)) ? null : architectures[0];
    }

    /// <summary>Whether a parameter belongs to the body of the model, not to its head.</summary>
    internal static bool IsOfBody(PretrainedModel model, string name) =>
        name.StartsWith(model.Family.BaseModelPrefix + ".", StringComparison.Ordinal);

    private static string? TaskOf(string className)
    {
        if (className.EndsWith(LanguageModelSuffix, StringComparison.Ordinal)) return ModelTask.CausalLM.Name;
        return _tasks.FirstOrDefault(task => className.EndsWith(TaskPrefix + task, StringComparison.Ordinal));
    }

    // Causal and masked language models have the same head, so the head of one can be used in the other.
    private static bool HaveSameHead(string one, string other) => one == other || (IsLanguageModel(one) && IsLanguageModel(other));

    private static bool IsLanguageModel(string task) => task == ModelTask.CausalLM.Name || task == ModelTask.MaskedLM.Name;
}
