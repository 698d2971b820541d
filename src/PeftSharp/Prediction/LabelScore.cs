namespace PeftSharp.Prediction;

/// <summary>A label and its score.</summary>
/// <param name="Label">Name of the class, from the configuration's <c>id2label</c>.</param>
/// <param name="Score">Probability of the class; for regression the predicted value.</param>
public readonly record struct LabelScore(string Label, float Score);
