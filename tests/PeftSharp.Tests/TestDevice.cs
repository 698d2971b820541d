using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>
/// The device of the parity tests and of the tests that train: the value of PEFTSHARP_DEVICE, or the CPU if it is not set. If the device
/// is absent, the tests that use it fail.
/// </summary>
internal static class TestDevice
{
    internal static Device Current { get; } = device(
        Environment.GetEnvironmentVariable("PEFTSHARP_DEVICE") is { Length: > 0 } name ? name : "cpu");

    internal static bool IsCpu => Current.type == TorchSharp.DeviceType.CPU;
}
