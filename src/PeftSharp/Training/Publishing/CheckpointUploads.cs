using PeftSharp.Hub;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training.Publishing;

/// <summary>
/// Uploads the model of each checkpoint while the training continues (<see cref="TrainingArguments.PushToHub"/>). A failed upload causes a
/// warning instead of an exception, because it must not end the run.
/// </summary>
/// <remarks>
/// The files are copied first, because old checkpoints are deleted during the run. If the previous upload is not finished, a checkpoint is
/// not uploaded; a newer model is uploaded after the next checkpoint, or at the end of the run.
/// </remarks>
/// <param name="warn">Reports an upload that failed, at the next event on the thread of the training.</param>
internal sealed class CheckpointUploads(Action<string> warn) : TrainerCallback
{
    private Task? _running;
    private string? _repository;

    /// <summary>Creates the repository, so that a missing permission is reported before the run.</summary>
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) =>
        _repository = CreateRepository(args);

    public override void OnSave(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        if (args.HubStrategy == HubStrategy.End || _running is { IsCompleted: false }) return;
        Finish();
        var checkpoint = CheckpointFolder.Of(args.OutputDir, state.GlobalStep);
        var copy = Directory.CreateTempSubdirectory("peftsharp-push-").FullName;
        try { Copy(checkpoint, copy); }
        catch (IOException error)
        {
            Directory.Delete(copy, recursive: true);
            warn($"The checkpoint '{checkpoint}' was not uploaded: {error.Message}");
            return;
        }
        var (name, title) = (Path.GetFileName(checkpoint), $"Training in progress, step {state.GlobalStep}");
        _running = Task.Run(() => UploadAsync(args, copy, name, title));
    }

    public override void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Finish();

    /// <summary>Creates the repository of a run if it does not exist, and returns its name with the owner.</summary>
    private static string CreateRepository(TrainingArguments args)
    {
        using var client = new HubClient(args.Hub);
        return Task.Run(() => client.CreateRepositoryAsync(args.HubRepository, args.HubPrivateRepo)).GetAwaiter().GetResult();
    }

    /// <summary>Waits for the upload that is running.</summary>
    private void Finish()
    {
        try { _running?.GetAwaiter().GetResult(); }
        catch (Exception error) when (error is HubException or IOException or UnauthorizedAccessException)
        {
            warn($"A checkpoint was not uploaded, but the training is not affected: {error.Message}");
        }
        _running = null;
    }

    private async Task UploadAsync(TrainingArguments args, string folder, string checkpoint, string title)
    {
        try
        {
            using var client = new HubClient(args.Hub);
            var options = new HubUploadOptions { CommitMessage = title, Revision = args.HubRevision };
            await HubPush.UploadAsync(client, _repository!, folder,
                options with { Filter = file => !Checkpoint.StateFiles.Contains(file) }, default).ConfigureAwait(false);
            if (args.HubStrategy is HubStrategy.Checkpoint or HubStrategy.AllCheckpoints)
                await HubPush.UploadAsync(client, _repository!, folder, options with
                {
                    CommitMessage = $"{title}, checkpoint",
                    PathInRepository = args.HubStrategy == HubStrategy.Checkpoint ? "last-checkpoint" : checkpoint,
                }, default).ConfigureAwait(false);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
