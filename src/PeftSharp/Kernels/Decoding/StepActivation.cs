namespace PeftSharp.Kernels;

/// <summary>The activation of the feed-forward layer in a <see cref="DecoderStep"/>.</summary>
internal enum StepActivation
{
    /// <summary>SiLU.</summary>
    Silu,

    /// <summary>GELU with the tanh approximation.</summary>
    GeluByTanh,

    /// <summary>GELU with the error function.</summary>
    Gelu,
}
