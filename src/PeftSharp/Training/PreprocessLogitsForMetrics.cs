using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>
/// Replaces the predictions of each evaluation batch before the trainer stores them (transformers' <c>preprocess_logits_for_metrics</c>),
/// for example with the argmax per token, which needs far less memory than the logits.
/// </summary>
/// <remarks>Temporary tensors need not be disposed.</remarks>
/// <param name="logits">The predictions of the model: one tensor for most heads, the start and end logits for question answering.</param>
/// <param name="labels">The labels; null if the data has no labels.</param>
/// <returns>
/// The tensors for <see cref="EvalPrediction.AllPredictions"/>, [batch, …] each. They are stored as float32, which represents integers
/// exactly up to 2^24.
/// </returns>
public delegate IReadOnlyList<Tensor> PreprocessLogitsForMetrics(IReadOnlyList<Tensor> logits, Tensor? labels);
