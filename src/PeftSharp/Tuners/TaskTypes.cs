namespace PeftSharp.Tuners;

/// <summary>peft's names of the tasks, and the heads that are trained with each.</summary>
internal static class TaskTypes
{
    private static readonly Dictionary<string, TaskType> _byName = new(StringComparer.Ordinal)
    {
        ["SEQ_CLS"] = TaskType.SeqCls,
        ["SEQ_2_SEQ_LM"] = TaskType.Seq2SeqLM,
        ["CAUSAL_LM"] = TaskType.CausalLM,
        ["TOKEN_CLS"] = TaskType.TokenCls,
        ["QUESTION_ANS"] = TaskType.QuestionAns,
        ["FEATURE_EXTRACTION"] = TaskType.FeatureExtraction,
    };

    /// <summary>The names there are.</summary>
    internal static IEnumerable<string> Names => _byName.Keys;

    internal static bool TryParse(string name, out TaskType task) => _byName.TryGetValue(name, out task);

    internal static string NameOf(TaskType task) => _byName.Single(pair => pair.Value == task).Key;

    /// <summary>Usual names of the head that a new task starts with; a model has one of them.</summary>
    internal static IReadOnlyList<string> Heads(TaskType? task) => task switch
    {
        TaskType.SeqCls or TaskType.TokenCls => ["classifier", "score"],
        TaskType.QuestionAns => ["qa_outputs"],
        _ => [],
    };
}
