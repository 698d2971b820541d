namespace PeftSharp.Tuners;

/// <summary>The heads that are trained with each task.</summary>
internal static class TaskTypes
{
    /// <summary>Common names of the head of a task; a model has one of them.</summary>
    internal static IReadOnlyList<string> Heads(TaskType? task) => task switch
    {
        TaskType.SeqCls or TaskType.TokenCls => ["classifier", "score"],
        TaskType.QuestionAns => ["qa_outputs"],
        _ => [],
    };
}
