using PeftSharp.Native;

namespace PeftSharp.Kernels;

/// <summary>
/// The memory of one thread, and the memory that the threads share. The shared memory is large enough for float32 values, whatever type the
/// weights have.
/// </summary>
internal readonly unsafe ref struct StepMemory<T> where T : unmanaged
{
    internal StepMemory(StepCall* call, ThreadBarrier* barrier, float* scratch)
    {
        Call = call;
        Barrier = barrier;
        var rows = (nint)call->Rows;
        States = (T*)scratch;
        Normalized = (T*)(scratch + rows * call->Hidden);
        Packed = scratch + 2 * rows * call->Hidden;
        Wide = Packed + (nint)call->Blocks.Rows * call->MaxInputs;
        Heads = Wide + rows * call->MaxInputs;
        var shared = call->Shared;
        Projected = Take(call->MaxProjected);
        Mixed = Take(call->MaxMixed);
        Attended = Take(call->Hidden);
        Fed = Take(call->Hidden);
        Inner = Take(2 * call->MaxInner);
        Activated = Take(call->MaxActivated);

        T* Take(int width)
        {
            var memory = shared;
            shared += rows * width;
            return (T*)memory;
        }
    }

    internal readonly StepCall* Call;
    internal readonly ThreadBarrier* Barrier;

    /// <summary>Memory of each thread: hidden states and normalized states, [rows, hidden].</summary>
    internal readonly T* States, Normalized;

    /// <summary>
    /// Memory of each thread: the input of a linear layer in the order in which the kernel reads it, the input in float32, and working
    /// memory of attention.
    /// </summary>
    internal readonly float* Packed, Wide, Heads;

    /// <summary>Memory that the threads share: projections, result of attention, outputs of the two sub-layers, inner values of the
    /// feed-forward layer.</summary>
    internal readonly T* Projected, Mixed, Attended, Fed, Inner, Activated;

    /// <summary>Packs the input of a linear layer.</summary>
    internal void Pack(T* from, in StepLinear linear)
    {
        var product = Product(linear, null);
        SkinnyGemm.Pack(ref product, from, Wide, linear.IsTransposed);
    }

    /// <summary>Computes this thread's share of the outputs.</summary>
    internal void Multiply(in StepLinear linear, T* result)
    {
        var (from, to) = Barrier->Range(linear.Outputs / VectorPair.Count);
        Multiply(linear, result, from * VectorPair.Count, to * VectorPair.Count);
    }

    /// <summary>Computes the outputs from <paramref name="from"/> to <paramref name="to"/> (exclusive).</summary>
    internal void Multiply(in StepLinear linear, T* result, int from, int to)
    {
        if (from >= to) return;
        var product = Product(linear, result);
        if (linear.IsTransposed) SkinnyGemm.MultiplyTransposed<T>(&product, from, to);
        else SkinnyGemm.Multiply<T>(&product, from, to);
    }

    private SkinnyGemmArguments Product(in StepLinear linear, T* result) => new()
    {
        X = Packed, W = linear.Weight, Bias = linear.Bias, Result = result, Blocks = Call->Blocks, Rows = Call->Rows,
        Inputs = linear.Inputs, Outputs = linear.Outputs,
    };
}
