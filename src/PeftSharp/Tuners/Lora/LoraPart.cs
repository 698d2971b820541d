namespace PeftSharp.Tuners.Lora;

/// <summary>What one adapter of a layer knows beside its tensors.</summary>
/// <param name="Scale">The factor on B·A: α/r or α/√r.</param>
/// <param name="Dropout">Probability of dropping an element of the update's input.</param>
/// <param name="Dora">DoRA's lengths of the rows; null for plain LoRA.</param>
internal sealed record LoraPart(double Scale, double Dropout, DoraMagnitude? Dora);
