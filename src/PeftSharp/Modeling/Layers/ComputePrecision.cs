using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>The number type in which layers compute, where it is not that of their weights: bfloat16 products from float32 weights (PyTorch's autocast).</summary>
/// <remarks>
/// The weights stay as they are, so optimizers, checkpoints and merging know nothing of it. Embeddings give the type, linear layers turn their weights into it, norms and
/// losses compute in float32 inside. A frozen weight is turned once for as long as the precision is in use.
/// </remarks>
internal sealed class ComputePrecision : IDisposable
{
    [ThreadStatic] private static ComputePrecision? _current;
    private readonly ScalarType _type;
    private readonly Dictionary<IntPtr, Tensor> _turned = [];
    private ComputePrecision? _outer;
    private bool _isInUse;

    /// <param name="type">The type to compute in.</param>
    internal ComputePrecision(ScalarType type) => _type = type;

    /// <summary>Whether a scope of <see cref="Use"/> is open.</summary>
    internal bool IsInUse => _isInUse;

    /// <summary>Whether layers compute in another type than that of their weights.</summary>
    internal static bool IsActive => _current is not null;

    /// <summary>Uses this precision on this thread until the result is disposed.</summary>
    internal IDisposable Use()
    {
        if (_isInUse) throw new InvalidOperationException("This precision is in use already.");
        (_outer, _current, _isInUse) = (_current, this, true);
        return new Scope(this);
    }

    /// <summary>The tensor in the type that is computed in; itself where there is none.</summary>
    internal static Tensor Of(Tensor x) => _current is { } precision && x.dtype != precision._type ? x.to(precision._type) : x;

    /// <summary>A weight in the type that is computed in; itself where there is none.</summary>
    internal static Tensor OfWeight(Tensor weight) => _current is { } precision && weight.dtype != precision._type ? precision.Turn(weight) : weight;

    /// <inheritdoc cref="OfWeight"/>
    internal static Tensor? OfBias(Tensor? bias) => bias is null ? null : OfWeight(bias);

    /// <summary>Frees the turned weights.</summary>
    public void Dispose()
    {
        foreach (var tensor in _turned.Values) tensor.Dispose();
        _turned.Clear();
    }

    private Tensor Turn(Tensor weight)
    {
        if (weight.requires_grad && is_grad_enabled()) return weight.to(_type);       // it changes with each step, and its gradient goes back through the cast
        if (!_turned.TryGetValue(weight.Handle, out var turned)) _turned[weight.Handle] = turned = weight.detach().to(_type).DetachFromDisposeScope();
        return turned;
    }

    private sealed class Scope(ComputePrecision precision) : IDisposable
    {
        public void Dispose() => (_current, precision._outer, precision._isInUse) = (precision._outer, null, false);
    }
}
