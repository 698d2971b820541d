using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A custom autograd function: an operation that computes its own gradient and decides what to save for it.</summary>
/// <remarks>
/// It extends TorchSharp's custom functions: temporaries of the backward pass are disposed at its end, gradients that are returned to
/// libtorch remain referenced until libtorch has taken them over, and an exception in <see cref="Backward"/> reaches the caller of the
/// backward pass (<see cref="BackwardFailure"/>).
/// </remarks>
internal abstract class GradientFunction<T> : autograd.SingleTensorFunction<T> where T : GradientFunction<T>, new()
{
    private const string Kept = "kept";
    [ThreadStatic] private static Tensor?[]? _handedOver;

    public override string Name => typeof(T).Name;

    /// <summary>Computes the operation; gradients are disabled.</summary>
    /// <param name="arguments">The arguments of <c>apply</c>.</param>
    /// <param name="save">Tensors that <see cref="Backward"/> needs.</param>
    /// <param name="keep">Any other object that <see cref="Backward"/> needs.</param>
    protected abstract Tensor Forward(object[] arguments, out Tensor[] save, out object? keep);

    /// <summary>Computes the gradients, one per argument; null for arguments without a gradient.</summary>
    /// <param name="saved">The tensors that <see cref="Forward"/> saved.</param>
    /// <param name="kept">The object that <see cref="Forward"/> kept.</param>
    /// <param name="gradient">Gradient of the result.</param>
    protected abstract Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient);

    public sealed override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var result = Forward(vars, out var save, out var keep);
        foreach (var tensor in save) tensor.MoveToOuterDisposeScope();                // libtorch saves them right after this call
        ctx.save_for_backward([.. save]);
        ctx.save_data(Kept, new Call(keep, vars));
        return result.MoveToOuterDisposeScope();
    }

    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var gradient = grad_output;                            // the dispose scope that owns it may last for the whole step
        var call = (Call)ctx.get_data(Kept);
        Tensor?[] gradients;
        try
        {
            gradients = Backward(ctx.get_saved_variables(), call.Kept, gradient);
            foreach (var tensor in gradients) tensor?.DetachFromDisposeScope();
            if (SavedTensors.AreReadOnce) ctx.Dispose();
        }
        catch (Exception error)
        {
            // libtorch calls this method, and an exception that escapes from it would end the process.
            var invalid = BackwardFailure.InvalidGradient(Name, error);
            gradients = [.. Enumerable.Range(0, call.Count).Select(index => call.IsTensor(index) ? invalid : null)];
        }
        if (_handedOver is not null)
            foreach (var tensor in _handedOver) tensor?.Dispose();
        _handedOver = gradients;
        return [.. gradients.Select(tensor => tensor!)];
    }

    /// <summary>The information about the call that the backward pass needs. It does not keep the arguments alive.</summary>
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
