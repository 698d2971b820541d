using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Rotary position embeddings (Su et al. 2021, arXiv:2104.09864): queries and keys are rotated by angles proportional to the position.
/// </summary>
/// <remarks>
/// The object holds no weights. The tables of a forward pass are computed once and shared by all layers (<see cref="AttentionContext"/>).
/// Thread safety: instances are immutable.
/// </remarks>
public sealed class RotaryEmbedding
{
    private readonly RotaryParameters _parameters;
    private readonly RotaryScaling _scaling;
    private readonly int _width;
    private readonly int _maxPositions;

    /// <summary>Creates a rotary embedding.</summary>
    /// <param name="parameters">Base and scaling of the frequencies.</param>
    /// <param name="headWidth">Width of a head.</param>
    /// <param name="maxPositions">The configuration's maximum number of tokens.</param>
    /// <exception cref="ArgumentException">The parameters are invalid.</exception>
    public RotaryEmbedding(RotaryParameters parameters, int headWidth, int maxPositions)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.GetValidationErrors().Concat(parameters.WidthProblems(headWidth)).FirstOrDefault() is { } problem)
            throw new ArgumentException($"{problem}.");
        (_parameters, _maxPositions, _scaling) = (parameters, maxPositions, RotaryScaling.ByType[parameters.RopeType]);
        _width = parameters.RotatedWidth(headWidth);
    }

    /// <summary>
    /// The number of tokens beyond which cached keys are not valid, because the frequencies of all tokens change (LongRoPE). Null: they
    /// stay valid.
    /// </summary>
    internal int? ShortLength => _scaling.ShortLength(_parameters, _maxPositions);

    /// <summary>Cosines and sines of the positions.</summary>
    /// <param name="positions">Int64 [batch or 1, tokens].</param>
    /// <param name="dtype">Type of the hidden states.</param>
    internal RotaryTables Tables(Tensor positions, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var length = _scaling.DependsOnLength ? positions.max().item<long>() + 1 : 0;
        var frequencies = _scaling.Frequencies(_parameters, _width, _maxPositions, length).to(positions.device);
        var angles = positions.to(ScalarType.Float32).unsqueeze(-1) * frequencies;              // [batch or 1, tokens, width / 2]
        var both = cat([angles, angles], 2).unsqueeze(1);
        var factor = _scaling.AttentionFactor(_parameters, _maxPositions);
        var (cosine, sine) = factor == 1 ? (both.cos(), both.sin()) : (both.cos() * factor, both.sin() * factor);
        return new RotaryTables(cosine.to(dtype).MoveToOuterDisposeScope(), sine.to(dtype).MoveToOuterDisposeScope());
    }
}
