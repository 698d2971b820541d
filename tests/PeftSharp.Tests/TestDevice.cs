using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>
/// Where parity tests and runs of the trainer take place: the device that PEFTSHARP_DEVICE names, the processor unless set. A device that is absent fails the tests that
/// ask for it.
/// </summary>
internal static class TestDevice
{
    internal static Device Current { get; } = device(
        Environment.GetEnvironmentVariable("PEFTSHARP_DEVICE") is { Length: > 0 } name ? name : "cpu");

    internal static bool IsCpu => Current.type == TorchSharp.DeviceType.CPU;
}
