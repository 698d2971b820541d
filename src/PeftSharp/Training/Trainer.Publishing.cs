using PeftSharp.Hub;
using PeftSharp.Training.Checkpoints;
using PeftSharp.Training.Publishing;

namespace PeftSharp.Training;

/// <content>The model card, and uploads to the Hugging Face Hub.</content>
public partial class Trainer
{
    /// <summary>
    /// Writes a model card (<c>README.md</c>) to <see cref="TrainingArguments.OutputDir"/>: metadata for the Hub, the hyperparameters, and
    /// the results of the evaluations (transformers' <c>create_model_card</c>).
    /// </summary>
    /// <remarks>
    /// A generated card contains a comment that marks it as generated, and a later call replaces it. A card without this comment is
    /// regarded as written by a person. It is kept, and a warning is reported, unless <see cref="ModelCardOptions.Overwrite"/> is set.
    /// </remarks>
    /// <param name="options">
    /// Contents that the trainer cannot derive from the run, such as the license and the names of the datasets. Null: none.
    /// </param>
    /// <returns>The generated card, even if an existing card was kept.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public ModelCard CreateModelCard(ModelCardOptions? options = null)
    {
        options ??= new ModelCardOptions();
        return WriteModelCard(options, Args.HubModelId?.Split('/')[^1]);
    }

    /// <summary>
    /// Saves the model, the tokenizer and a model card to <see cref="TrainingArguments.OutputDir"/>, and uploads this folder to the Hugging
    /// Face Hub in one commit (transformers' <c>push_to_hub</c>). Checkpoints, and files whose path begins with <c>_</c>, are not uploaded.
    /// </summary>
    /// <remarks>
    /// The repository (<see cref="TrainingArguments.HubModelId"/>) is created if it does not exist. The card in the folder is replaced or
    /// kept as <see cref="CreateModelCard"/> describes. If the repository contains a card without the comment of a generated card
    /// (<see cref="ModelCard.GeneratedComment"/>), a generated card does not replace it, even if
    /// <see cref="ModelCardOptions.Overwrite"/> is set.
    /// </remarks>
    /// <param name="commitMessage">The title of the commit. Default <c>End of training</c>.</param>
    /// <param name="card">
    /// Contents that the trainer cannot derive from the run, such as the license and the names of the datasets. Null: none.
    /// </param>
    /// <param name="progress">Receives the progress of each large file. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Cancels the upload. A cancelled upload commits nothing.</param>
    /// <returns>The commit.</returns>
    /// <exception cref="ArgumentException">The name of the repository is invalid.</exception>
    /// <exception cref="HubException">The token is missing or has no write permission, or the upload failed.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The upload was cancelled.</exception>
    public async Task<HubCommit> PushToHubAsync(
        string commitMessage = "End of training", ModelCardOptions? card = null, IProgress<HubUploadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        WriteModelCard(card ?? new ModelCardOptions(), Args.HubRepository.Split('/')[^1]);
        SaveModel();
        using var client = new HubClient(Args.Hub);
        var repository = await client.CreateRepositoryAsync(
            Args.HubRepository, Args.HubPrivateRepo, cancellationToken: cancellationToken).ConfigureAwait(false);
        return await HubPush.UploadAsync(client, repository, Args.OutputDir, new HubUploadOptions
        {
            CommitMessage = commitMessage,
            Revision = Args.HubRevision,
            Progress = progress,
            Filter = file => !CheckpointFolder.Contains(file) && !file.StartsWith('_'),
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Saves and uploads the model as <see cref="PushToHubAsync"/> does, and blocks until the upload is complete.</summary>
    /// <inheritdoc cref="PushToHubAsync" path="//param|//exception|//remarks|//returns"/>
    public HubCommit PushToHub(
        string commitMessage = "End of training", ModelCardOptions? card = null, IProgress<HubUploadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => PushToHubAsync(commitMessage, card, progress, cancellationToken), cancellationToken).GetAwaiter().GetResult();

    private void PushAfterTraining(CancellationToken cancellationToken)
    {
        try { PushToHub(cancellationToken: cancellationToken); }
        catch (HubException error)
        {
            throw new HubException(error.Reason, $"The training is complete, and the model is saved in '{Args.OutputDir}', but it was not "
                + $"uploaded. Call PushToHub to try again. {error.Message}", error)
            { Repository = error.Repository, Revision = error.Revision, FileName = error.FileName };
        }
    }

    private ModelCard WriteModelCard(ModelCardOptions options, string? repositoryName)
    {
        var card = TrainingSummary.Create(_model, Args, State, options, repositoryName);
        if (!card.Save(Args.OutputDir, options.Overwrite))
            Warn($"'{Path.Combine(Args.OutputDir, ModelCard.FileName)}' was written or edited by a person, so it is not replaced. "
                + "Set ModelCardOptions.Overwrite to replace it.");
        return card;
    }
}
