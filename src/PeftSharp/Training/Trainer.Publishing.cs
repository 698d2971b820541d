using PeftSharp.Hub;
using PeftSharp.Training.Publishing;

namespace PeftSharp.Training;

/// <content>The model card.</content>
public partial class Trainer
{
    /// <summary>
    /// Writes a model card (<c>README.md</c>) to <see cref="TrainingArguments.OutputDir"/>: metadata for the Hub, the hyperparameters, and
    /// the results of the evaluations (transformers' <c>create_model_card</c>).
    /// </summary>
    /// <remarks>
    /// A generated card contains a comment that says so, and is replaced by the next one. A card without this comment was written or edited
    /// by a person: it is kept, and a warning says so, unless <see cref="ModelCardOptions.Overwrite"/> is set.
    /// </remarks>
    /// <param name="options">What the trainer cannot know, such as the license and the names of the datasets. Null: nothing.</param>
    /// <returns>The card, also if it was not written.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public ModelCard CreateModelCard(ModelCardOptions? options = null)
    {
        options ??= new ModelCardOptions();
        var card = TrainingSummary.Create(_model, Args, State, options, repositoryName: null);
        if (!card.Save(Args.OutputDir, options.Overwrite))
            Warn($"'{Path.Combine(Args.OutputDir, ModelCard.FileName)}' was written or edited by a person, so it is not replaced. "
                + "Set Overwrite to replace it.");
        return card;
    }
}
