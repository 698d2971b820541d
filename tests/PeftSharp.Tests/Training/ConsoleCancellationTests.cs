using System.Runtime.InteropServices;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Ctrl+C cancels the token once and then ends the process again.</summary>
public sealed class ConsoleCancellationTests
{
    [Fact]
    public void The_first_signal_cancels_the_token_and_the_second_ends_the_process()
    {
        using var console = new ConsoleCancellation();
        var token = console.Token;
        var (first, second) = (new PosixSignalContext(PosixSignal.SIGINT), new PosixSignalContext(PosixSignal.SIGTERM));
        token.IsCancellationRequested.Should().BeFalse();
        console.Handle(first);
        console.Handle(second);
        token.IsCancellationRequested.Should().BeTrue();
        (first.Cancel, second.Cancel).Should().Be((true, false), "Cancel suppresses the default action, which ends the process");
    }

    [Fact]
    public void A_signal_after_disposal_has_its_default_action()
    {
        var console = new ConsoleCancellation();
        var token = console.Token;
        console.Dispose();
        console.Dispose();
        var signal = new PosixSignalContext(PosixSignal.SIGINT);
        console.Handle(signal);
        (signal.Cancel, token.IsCancellationRequested).Should().Be((false, false));
    }
}
