namespace PeftSharp.Kernels;

/// <summary>The arguments of <see cref="DecoderStep"/>, which all threads read, and the sizes of the threads' working memory.</summary>
internal unsafe struct StepCall
{
    internal StepLayer* Layers;
    internal StepNorm Norm;
    internal void* Embedded, Result;
    internal float* Shared;
    internal RowBlocks Blocks;
    internal int LayerCount, Rows, Hidden, MaxProjected, MaxMixed, MaxInner, MaxActivated, MaxInputs, MaxWidth, MaxTokens;

    internal void Include(in StepLayer layer)
    {
        MaxProjected = Math.Max(MaxProjected, (layer.Heads + 2 * layer.KeyValueHeads) * layer.Width);
        MaxMixed = Math.Max(MaxMixed, layer.Heads * layer.Width);
        MaxActivated = Math.Max(MaxActivated, layer.Inner);
        MaxInner = Math.Max(MaxInner, layer.Inner);
        MaxInputs = Math.Max(MaxInputs, Math.Max(Hidden, Math.Max(MaxMixed, layer.Inner)));
        MaxWidth = Math.Max(MaxWidth, layer.Width);
        MaxTokens = Math.Max(MaxTokens, layer.Past + 1);
    }

    /// <summary>Size of the working memory of each thread, in float32 values.</summary>
    internal readonly nint PrivateSize =>
        2 * (nint)Rows * Hidden + ((nint)Blocks.Rows + Rows) * MaxInputs + StepAttention.ScratchSize(MaxWidth, MaxTokens);
}
