using PeftSharp.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Computes all layers of a decoder for one new token of each row with <see cref="DecoderStep"/>, as in generation.</summary>
internal static class FusedDecoding
{
    /// <summary>Computes the layers and the final normalization.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="norm">The final normalization.</param>
    /// <param name="embedded">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <param name="options">The options of the forward pass.</param>
    /// <returns>
    /// The last hidden state, float [batch, 1, hidden]; null if the layers must be called one after another, in which case nothing has
    /// changed.
    /// </returns>
    internal static Tensor? TryRun<TLayer>(
        ModuleList<TLayer> layers, Module<Tensor, Tensor> norm, Tensor embedded, AttentionContext context, ForwardOptions options)
        where TLayer : Module<Tensor, AttentionContext, Tensor>, IStepLayer
    {
        if (!CanRun(layers.Count, embedded, context, options)) return null;
        var (cache, type, rows, hidden) = (context.Cache!, embedded.dtype, embedded.size(0), (int)embedded.size(2));
        var (steps, heads) = (new StepLayer[layers.Count], new MultiHeadAttention[layers.Count]);
        var parts = new StepParts(type);
        if (!parts.TryDescribe(norm, out StepNorm last) || last.IsNone) return null;
        for (var index = 0; index < steps.Length; index++)
        {
            if (layers[index].training || !layers[index].TryDescribe(parts, out steps[index], out heads[index])
                || !steps[index].Fits(hidden) || heads[index].Layer != index
                || !cache.CanExtend(index, [rows, steps[index].KeyValueHeads, steps[index].Width], type, heads[index].Window)
                || !IsMaskUsable(context.Mask(heads[index].Window), rows, context.PastLength + 1, type))
                return null;
        }
        for (var index = 0; index < steps.Length; index++)
        {
            ref var step = ref steps[index];
            var (keys, values, first, tokens) = cache.Extend(index);
            step.SetCache(keys, values, first, tokens);
            step.QueryFactor = (float)heads[index].QueryFactor(step.Width);
            if (context.Mask(heads[index].Window) is { } mask) step.SetMask(mask);
            if (heads[index].Rotary is not { } rotary) continue;
            var tables = context.Rotary(rotary);
            step.SetRotary(tables.Cosine, tables.Sine);
        }
        return DecoderStep.Run(steps, last, embedded);
    }

    private static bool CanRun(int layers, Tensor embedded, AttentionContext context, ForwardOptions options) =>
        FastPaths.Decoding && DecoderStep.IsAvailable && !is_grad_enabled() && !ComputePrecision.IsActive
        && context is { IsCausal: true, PastLength: > 0, CollectsAttentions: false, Cache: { } cache } && cache.LayerCount == layers
        && !options.OutputHiddenStates && embedded.device_type == DeviceType.CPU && embedded.size(1) == 1
        && embedded.size(0) <= DecoderStep.MaxRows && embedded.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && embedded.size(2) % 32 == 0 && embedded.is_contiguous();

    private static bool IsMaskUsable(Tensor? mask, long rows, long tokens, ScalarType type) =>
        mask is null || (mask.dtype == type && mask.is_contiguous() && mask.shape is [var batch, 1, 1, var columns]
            && (batch == 1 || batch == rows) && columns == tokens);
}
