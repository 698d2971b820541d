using System.Runtime.InteropServices;

namespace PeftSharp.Training;

/// <summary>
/// Provides a cancellation token that is cancelled by Ctrl+C or a termination signal (SIGTERM). The process does not end immediately, so a
/// run can save a checkpoint.
/// </summary>
/// <remarks>
/// <code>
/// using var console = new ConsoleCancellation();
/// trainer.Train(Resume.IfPresent, cancellationToken: console.Token);       // with TrainingArguments.SaveOnCancel = true
/// </code>
/// <para>The second Ctrl+C or signal ends the process. After the object is disposed, the first Ctrl+C or signal ends the process.</para>
/// <para>Thread safety: several threads can use the token at once.</para>
/// </remarks>
public sealed class ConsoleCancellation : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private bool _isDisposed;

    /// <summary>Begins to handle Ctrl+C (SIGINT) and SIGTERM.</summary>
    public ConsoleCancellation() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(s => PosixSignalRegistration.Create(s, Handle))];

    /// <summary>The token, which is cancelled by the first Ctrl+C or signal.</summary>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    public CancellationToken Token => _source.Token;

    /// <summary>Ends the handling of Ctrl+C and SIGTERM, which then end the process again.</summary>
    public void Dispose()
    {
        lock (_registrations)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    /// <summary>Cancels the token, or leaves the signal to its default action if the token is already cancelled.</summary>
    internal void Handle(PosixSignalContext signal)
    {
        lock (_registrations)
        {
            if (_isDisposed || _source.IsCancellationRequested) return;
            signal.Cancel = true;
            _source.Cancel();
        }
    }
}
