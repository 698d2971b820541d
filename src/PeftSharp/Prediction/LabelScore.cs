namespace PeftSharp.Prediction;

/// <summary>A label and its score.</summary>
/// <param name="Label">Name of the class, as in the configuration's <c>id2label</c>.</param>
/// <param name="Score">Its probability; for regression the predicted number.</param>
public readonly record struct LabelScore(string Label, float Score);
