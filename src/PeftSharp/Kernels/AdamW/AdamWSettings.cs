namespace PeftSharp.Kernels;

/// <summary>What stays the same over the steps of AdamW.</summary>
internal sealed record AdamWSettings(double Beta1, double Beta2, double Eps);
