using System.Text.Json.Serialization;

namespace PeftSharp.Training;

/// <summary>Where the trainer writes log entries in addition to its logger and callbacks (transformers' <c>report_to</c>).</summary>
public enum ReportTo
{
    /// <summary>No other destination (<c>none</c>).</summary>
    None,

    /// <summary>
    /// TensorBoard event files (<c>tensorboard</c>), written by <see cref="TensorBoardCallback"/> to
    /// <see cref="TrainingArguments.LoggingDir"/>.
    /// </summary>
    [JsonStringEnumMemberName("tensorboard")]
    TensorBoard,
}
