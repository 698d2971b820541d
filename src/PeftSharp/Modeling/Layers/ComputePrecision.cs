using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A data type in which layers compute although their weights have another type: for example, bfloat16 matrix products with float32 weights
/// (PyTorch's autocast).
/// </summary>
/// <remarks>
/// The weights do not change, so optimizers, checkpoints and merging are unaffected. Embeddings output the compute type, linear layers cast
/// their weights to the compute type, and norms and losses compute in float32 internally. The cast of a frozen weight is cached while the
/// precision is in use.
/// </remarks>
internal sealed class ComputePrecision : IDisposable
{
    [ThreadStatic] private static ComputePrecision? _current;
    private readonly ScalarType _type;
    private readonly Dictionary<IntPtr, Tensor> _casts = [];
    private ComputePrecision? _outer;
    private bool _isInUse;

    /// <param name="type">The data type in which layers compute.</param>
    internal ComputePrecision(ScalarType type) => _type = type;

    /// <summary>Whether a scope of <see cref="Use"/> is open.</summary>
    internal bool IsInUse => _isInUse;

    /// <summary>Whether layers on this thread compute in a type other than that of their weights.</summary>
    internal static bool IsActive => _current is not null;

    /// <summary>Uses this precision on this thread until the result is disposed.</summary>
    internal IDisposable Use()
    {
        if (_isInUse) throw new InvalidOperationException("A scope of this precision is already open. Dispose it first.");
        (_outer, _current, _isInUse) = (_current, this, true);
        return new Scope(this);
    }

    /// <summary>Casts a tensor to the compute type; returns the tensor itself if no precision is active.</summary>
    internal static Tensor Of(Tensor x) => _current is { } precision && x.dtype != precision._type ? x.to(precision._type) : x;

    /// <summary>Casts a weight to the compute type; returns the weight itself if no precision is active.</summary>
    internal static Tensor OfWeight(Tensor weight) =>
        _current is { } precision && weight.dtype != precision._type ? precision.Cast(weight) : weight;

    /// <inheritdoc cref="OfWeight"/>
    internal static Tensor? OfBias(Tensor? bias) => bias is null ? null : OfWeight(bias);

    /// <summary>Frees the cached weights.</summary>
    public void Dispose()
    {
        foreach (var tensor in _casts.Values) tensor.Dispose();
        _casts.Clear();
    }

    private Tensor Cast(Tensor weight)
    {
        // The weight changes with each step, and its gradient flows through the cast, so the cast is not cached.
        if (weight.requires_grad && is_grad_enabled()) return weight.to(_type);
        if (!_casts.TryGetValue(weight.Handle, out var cast))
            _casts[weight.Handle] = cast = weight.detach().to(_type).DetachFromDisposeScope();
        return cast;
    }

    private sealed class Scope(ComputePrecision precision) : IDisposable
    {
        public void Dispose() => (_current, precision._outer, precision._isInUse) = (precision._outer, null, false);
    }
}
