using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>An operation that computes its own gradient: what it keeps between forward and backward is its choice.</summary>
/// <remarks>
/// Over TorchSharp's custom functions it adds what they leave open: temporaries of the backward pass end with it, the gradients that it hands to libtorch stay
/// referenced until libtorch has taken them, and an exception in <see cref="Backward"/> reaches the caller of the backward pass (<see cref="BackwardFailure"/>).
/// </remarks>
internal abstract class GradientFunction<T> : autograd.SingleTensorFunction<T> where T : GradientFunction<T>, new()
{
    private const string Kept = "kept";
    [ThreadStatic] private static Tensor?[]? _handedOver;

    public override string Name => typeof(T).Name;

    /// <summary>The operation; gradients are off.</summary>
    /// <param name="arguments">As given to <c>apply</c>.</param>
    /// <param name="save">Tensors that <see cref="Backward"/> needs.</param>
    /// <param name="keep">Anything else that it needs.</param>
    protected abstract Tensor Forward(object[] arguments, out Tensor[] save, out object? keep);

    /// <summary>The gradients, one for each argument; null for one that has none.</summary>
    /// <param name="saved">What <see cref="Forward"/> saved.</param>
    /// <param name="kept">What it kept.</param>
    /// <param name="gradient">Of the result.</param>
    protected abstract Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient);

    public sealed override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var result = Forward(vars, out var save, out var keep);
        foreach (var tensor in save) tensor.MoveToOuterDisposeScope();                // until libtorch has saved them, right after this call
        ctx.save_for_backward([.. save]);
        ctx.save_data(Kept, new Call(keep, vars));
        return result.MoveToOuterDisposeScope();
    }

    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        using var gradient = grad_output;                                              // belongs to a scope that may last for the whole step
        var call = (Call)ctx.get_data(Kept);
        Tensor?[] gradients;
        try
        {
            gradients = Backward(ctx.get_saved_variables(), call.Kept, gradient);
            foreach (var tensor in gradients) tensor?.DetachFromDisposeScope();
            if (SavedTensors.AreReadOnce) ctx.Dispose();
        }
        catch (Exception error)                                                        // libtorch called this method: an exception that left it would end the process
        {
            var invalid = BackwardFailure.InvalidGradient(Name, error);
            gradients = [.. Enumerable.Range(0, call.Count).Select(index => call.IsTensor(index) ? invalid : null)];
        }
        if (_handedOver is not null)
            foreach (var tensor in _handedOver) tensor?.Dispose();
        _handedOver = gradients;
        return [.. gradients.Select(tensor => tensor!)];
    }

    /// <summary>What the backward pass needs to know of the call; the arguments themselves are not kept alive.</summary>
    private sealed class Call
    {
        private readonly ulong _tensors;                                               // a bit for each argument

        internal Call(object? kept, object[] arguments)
        {
            (Kept, Count) = (kept, arguments.Length);
            for (var index = 0; index < Count; index++)
                if (arguments[index] is Tensor { IsInvalid: false }) _tensors |= 1UL << index;
        }

        internal object? Kept { get; }
        internal int Count { get; }

        internal bool IsTensor(int index) => (_tensors >> index & 1) != 0;
    }
}
