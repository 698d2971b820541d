using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>A custom loss function (transformers' <c>compute_loss_func</c>), called for each training and evaluation batch.</summary>
/// <remarks>
/// <para>
/// The function returns a scalar, float []: the mean over the targets of the batch. The trainer multiplies the mean by the number of
/// targets of the batch divided by the number of targets of the optimizer step. Without dropout and with an unweighted mean, the result of
/// a step then does not depend on how <see cref="TrainingArguments.GradientAccumulationSteps"/> divides the rows of the step into batches.
/// If <see cref="Trainer.LossUsesNumItemsInBatch"/> is true, the function returns the sum over the batch divided by
/// <paramref name="numItemsInBatch"/>, and the trainer does not scale the result.
/// </para>
/// <para>
/// The model is called without labels, so it neither computes a loss nor checks the labels. If training rows have no labels, the trainer
/// warns and counts each row as one target; an evaluation of such rows has no loss. Temporary tensors need not be disposed.
/// </para>
/// </remarks>
/// <param name="output">The output of the model. Logits are float32 even if the model computes in bfloat16.</param>
/// <param name="inputs">The batch on the device of the model, with the labels and all other tensors of the collator.</param>
/// <param name="numItemsInBatch">
/// If <see cref="Trainer.LossUsesNumItemsInBatch"/> is true: the number of targets of the whole optimizer step, or of the batch in an
/// evaluation. Otherwise null.
/// </param>
/// <returns>The loss of the batch, float [].</returns>
public delegate Tensor ComputeLoss(ModelOutput output, ModelInputs inputs, double? numItemsInBatch);
