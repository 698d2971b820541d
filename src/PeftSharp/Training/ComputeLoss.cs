using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>A loss function of the caller's own (transformers' <c>compute_loss_func</c>), called for each training and evaluation batch.</summary>
/// <remarks>
/// <para>It returns one number, float []: the mean over the targets of the batch. The trainer multiplies the mean by the batch's share of the targets of the optimizer step, so that a step does not depend on
/// <see cref="TrainingArguments.GradientAccumulationSteps"/>. With <see cref="Trainer.LossIsScaledForGa"/> it returns the sum over the batch divided by <paramref name="numItemsInBatch"/>, and the trainer takes it as it is.</para>
/// <para>The model is called without its labels, so it computes no loss of its own and does not check them. Training rows without labels are warned of, and each counts as one target; an evaluation of such rows has no loss. Temporary tensors need not be disposed.</para>
/// </remarks>
/// <param name="output">What the model computed. Scores are float32 even if the model computes in bfloat16.</param>
/// <param name="inputs">The batch on the model's device, with the labels and every other tensor of the collator.</param>
/// <param name="numItemsInBatch">Targets of the whole optimizer step where <see cref="Trainer.LossIsScaledForGa"/> is true, and of the batch while evaluating; otherwise null.</param>
public delegate Tensor ComputeLoss(ModelOutput output, ModelInputs inputs, double? numItemsInBatch);
