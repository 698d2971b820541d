namespace PeftSharp.Prediction;

/// <summary>A label and its score.</summary>
/// <param name="Label">Name of the class, from the configuration's <c>id2label</c>.</param>
/// <param name="Score">
/// The probability of the class, from 0 to 1. With <see cref="ScoreFunction.None"/>: the logit, which is the predicted value for
/// regression.
/// </param>
public readonly record struct LabelScore(string Label, float Score);
