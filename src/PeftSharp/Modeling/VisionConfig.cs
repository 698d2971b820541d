using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>The configuration of a model that reads images as patches: the fields that ViT and CLIP's vision model share.</summary>
public abstract record VisionConfig : PretrainedConfig
{
    /// <summary>Width of the hidden states. Default 768.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of layers. Default 12.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads per layer; must divide <see cref="HiddenSize"/>. Default 12.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width of the feed-forward layer. Default 3072.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Activation function of the feed-forward layer. Default <c>gelu</c> (CLIP: <c>quick_gelu</c>).</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-12 (CLIP: 1e-5).</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>
    /// Size of an image in pixels: [size] if height and width are equal, or [height, width]. In config.json, the value is a number or a
    /// list. Default [224].
    /// </summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int> ImageSize { get; init; } = [224];

    /// <summary>Size of a patch in pixels, in the format of <see cref="ImageSize"/>. Default [16] (CLIP: [32]).</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int> PatchSize { get; init; } = [16];

    /// <summary>Number of color channels. Default 3.</summary>
    public int NumChannels { get; init; } = 3;

    internal sealed override int LayerCount => NumHiddenLayers;

    /// <summary>The patches of an image.</summary>
    internal PatchGrid Grid => new(ImageSize[0], ImageSize[^1], PatchSize[0], PatchSize[^1], NumChannels);

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        foreach (var problem in MustBePositive(("hidden_size", HiddenSize), ("num_hidden_layers", NumHiddenLayers),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize), ("num_channels", NumChannels))
            .Concat(MustBeActivation(("hidden_act", HiddenAct))).Concat(MustNotBeNegative(("layer_norm_eps", LayerNormEps))))
            yield return problem;
        if (NumAttentionHeads > 0 && HiddenSize % NumAttentionHeads != 0)
            yield return $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}";
        foreach (var (name, size) in new[] { ("image_size", ImageSize), ("patch_size", PatchSize) })
            if (size.Count is not (1 or 2) || size.Any(value => value < 1))
                yield return $"{name} is [{string.Join(", ", size)}]; it must be one or two numbers of at least 1";
        if (ImageSize.Count is 1 or 2 && PatchSize.Count is 1 or 2 && PatchSize.All(value => value > 0) && Grid.Count == 0)
            yield return $"image_size [{string.Join(", ", ImageSize)}] is smaller than patch_size [{string.Join(", ", PatchSize)}]";
    }
}
