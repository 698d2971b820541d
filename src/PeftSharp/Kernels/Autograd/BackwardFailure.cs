using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Carries an exception of a C# backward function through libtorch to the caller of the backward pass.</summary>
/// <remarks>
/// libtorch calls the function from C++, and a .NET exception must not pass through C++ frames. The function therefore returns a gradient
/// that libtorch rejects: on the meta device, with a shape that no tensor has. libtorch's engine stops the pass, on whatever thread it
/// runs, and throws a C++ exception, which TorchSharp turns into an <see cref="ExternalException"/> on the calling thread. The message of
/// this exception contains the shape, by which it is recognized when it is thrown; the exception of the function is then set as its inner
/// exception.
/// </remarks>
internal sealed class BackwardFailure
{
    private const long FirstNumber = 1L << 40;                    // larger than any dimension of a real tensor
    private static long _lastNumber = FirstNumber;

    private readonly string _function;
    private readonly Exception _error;
    private readonly string _shape;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private BackwardFailure(string function, Exception error, long number)
    {
        (_function, _error) = (function, error);
        _shape = number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Returns a gradient that libtorch rejects, so that the backward pass ends with an exception whose inner exception is
    /// <paramref name="error"/>.</summary>
    internal static Tensor InvalidGradient(string function, Exception error)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        AppDomain.CurrentDomain.FirstChanceException += new BackwardFailure(function, error, number).OnException;
        return empty([number], device: META).DetachFromDisposeScope();
    }

    /// <summary>Throws the exception of the C# function, if there is one, instead of libtorch's exception about the gradient.</summary>
    internal static void Rethrow(ExternalException error)
    {
        if (error.InnerException is { } inner) ExceptionDispatchInfo.Throw(inner);
    }

    private void OnException(object? sender, FirstChanceExceptionEventArgs args)
    {
        if (args.Exception is not ExternalException error || !IsOurs(error)) return;
        AppDomain.CurrentDomain.FirstChanceException -= OnException;
        InnerException(error) = _error;
        Message(error) = $"The backward pass of {_function} failed: {_error.Message}";
    }

    /// <summary>Whether libtorch threw the exception because of the gradient of this failure. If the input has one element, libtorch's
    /// message contains the device instead of the shape; the thread then identifies the exception.</summary>
    private bool IsOurs(ExternalException error) =>
        error.Message.Contains(_shape, StringComparison.Ordinal)
        || (_thread == Environment.CurrentManagedThreadId && error.Message.Contains("meta", StringComparison.Ordinal));

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? InnerException(Exception error);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string? Message(Exception error);
}
