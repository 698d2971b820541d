namespace PeftSharp.Kernels;

/// <summary>The hyperparameters of AdamW that do not change from step to step.</summary>
internal sealed record AdamWSettings(double Beta1, double Beta2, double Eps);
