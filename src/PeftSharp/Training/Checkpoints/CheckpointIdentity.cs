using PeftSharp.Serialization;
using PeftSharp.Training.Loop;

namespace PeftSharp.Training.Checkpoints;

/// <summary>The run that wrote a checkpoint, and the time.</summary>
/// <param name="RunId">The id of the run; empty for a checkpoint of transformers or of an earlier version.</param>
/// <param name="SavedAt">The time (UTC) in the checkpoint, otherwise the last write time of its folder.</param>
internal sealed record CheckpointIdentity(string RunId, DateTime SavedAt)
{
    internal static CheckpointIdentity Of(string folder)
    {
        var file = Path.Combine(folder, TrainerStateFile.Name);
        if (File.Exists(file))
        {
            try
            {
                var args = ConfigJson.Read(file).GetSection("stateful_callbacks")?.GetSection(RunProgress.Name)?.GetSection("args");
                if (args?.GetStringOrNull("run_id") is { } id
                    && DateTime.TryParse(
                        args.GetStringOrNull("saved_at"), null, System.Globalization.DateTimeStyles.RoundtripKind, out var time))
                    return new CheckpointIdentity(id, time.ToUniversalTime());
            }
            catch (CheckpointException) { }            // a damaged file is reported when the checkpoint is resumed
        }
        return new CheckpointIdentity("", Directory.GetLastWriteTimeUtc(folder));
    }
}
