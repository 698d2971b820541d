using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Replaces the predictions of each evaluation batch before the trainer keeps them, for example by the best class of each token, which needs far less memory than all scores.</summary>
/// <remarks>Temporary tensors need not be disposed.</remarks>
/// <param name="logits">The outputs of the model: one tensor for most heads, start and end scores for question answering.</param>
/// <param name="labels">The labels; null where the data has none.</param>
/// <returns>What <see cref="EvalPrediction.AllPredictions"/> holds, [batch, …] each, as float32: integers are exact up to 2^24.</returns>
public delegate IReadOnlyList<Tensor> PreprocessLogitsForMetrics(IReadOnlyList<Tensor> logits, Tensor? labels);
