using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Serialization;
using PeftSharp.Training.Batching;

namespace PeftSharp.Training.Loop;

/// <summary>The position of a run in its stream of training rows, which checkpoints store.</summary>
/// <param name="rows">The stream.</param>
internal sealed class TrainingStream(RowStream rows)
{
    /// <summary>The name of the file in a checkpoint.</summary>
    internal const string FileName = "train_dataset_state.json";

    private EpochBatches? _batches;
    private JsonObject? _resumed;            // the position in the epoch of the checkpoint
    private bool _isEnded;

    /// <summary>Opens the rest of an epoch: after the position of the checkpoint in the first epoch of a resumed run.</summary>
    internal EpochBatches Open(BatchLoader loader, TrainingArguments arguments, int epoch)
    {
        rows.Dataset.SetEpoch(epoch);
        var (state, isEnded) = (_resumed, _isEnded);
        (_resumed, _isEnded) = (null, false);
        _batches = isEnded
            ? new NoBatches()
            : rows.Open(loader, epoch, arguments.PerDeviceTrainBatchSize, arguments.DataloaderDropLast, state);
        return _batches;
    }

    /// <summary>Writes the position to a checkpoint.</summary>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="progress">The progress of the run.</param>
    /// <param name="endsEpoch">Whether a callback has ended the epoch after this step.</param>
    internal void Save(string folder, RunProgress progress, bool endsEpoch)
    {
        var isInEpoch = progress.UpdatesInEpoch > 0;
        JsonFile.Write(Path.Combine(folder, FileName), new JsonObject
        {
            ["dataset"] = rows.Dataset.StateOf(progress.Epoch, null),
            ["position"] = isInEpoch && !endsEpoch ? _batches?.SaveState() : null,
            ["ended"] = isInEpoch && endsEpoch,
        });
    }

    /// <summary>Reads the position from a checkpoint.</summary>
    /// <exception cref="CheckpointException">The file is missing or damaged, or the checkpoint belongs to another stream.</exception>
    internal void Load(string folder)
    {
        const string Remedy =
            "Resume with the stream of the run that saved it, or set IgnoreDataSkip to true, so that the epoch starts at its first row.";
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            throw new CheckpointException(
                $"The checkpoint '{folder}' has no {FileName}, so the position in the stream is not known. {Remedy}");
        try
        {
            var json = JsonFile.Read(file);
            rows.Dataset.LoadSeeds(json.Object("dataset"));
            (_resumed, _isEnded) = (json["position"] as JsonObject, json.Boolean("ended"));
        }
        catch (DatasetException error)
        {
            throw new CheckpointException($"The checkpoint '{folder}' cannot be resumed: {error.Message} {Remedy}", error);
        }
    }

    /// <summary>The rest of an epoch that a callback has ended.</summary>
    private sealed class NoBatches : EpochBatches
    {
        internal override bool HasNext => false;

        internal override Modeling.ModelInputs Next() => throw new InvalidOperationException("The epoch has ended.");

        public override void Dispose() { }
    }
}
