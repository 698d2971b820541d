using System.Runtime.InteropServices;
using PeftSharp.Kernels;
using PeftSharp.Native;
using PeftSharp.Tests.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Native;

/// <summary>
/// Tensors get aligned memory that does not overlap and may outlive a change of the allocator; libtorch reports a failed allocation.
/// </summary>
public sealed class TensorAllocatorTests
{
    [SkippableTheory]
    [InlineData(true), InlineData(false)]
    public void Tensors_of_any_size_are_aligned_and_do_not_overlap(bool isOn)
    {
        using var allocator = TurnOn();
        FastPaths.Allocator = isOn;
        using var scope = NewDisposeScope();
        Tensor[] tensors = [.. Enumerable.Range(0, 200).Select(number => full([1 + number * number * 7], number, ScalarType.Int32))];
        foreach (var tensor in tensors) Assert.Equal(0, Address(tensor) % 64);
        foreach (var (tensor, number) in tensors.Select((tensor, number) => (tensor, number)))
            Assert.True(tensor.eq(number).all().item<bool>());
        using var nothing = empty(0);
        Assert.Equal(0, nothing.numel());
    }

    [SkippableFact]
    public void Tensors_outlive_a_change_of_the_allocator_in_both_directions()
    {
        using var allocator = TurnOn();
        var first = ones(1000);
        FastPaths.Allocator = false;
        var second = ones(1000);
        first.Dispose();
        FastPaths.Allocator = true;
        second.Dispose();
        using var third = ones(1000);
        Assert.Equal(1000, third.sum().item<float>());
    }

    [SkippableFact]
    public void A_failed_allocation_is_libtorchs_own_error()
    {
        using var allocator = TurnOn();
        FluentActions.Invoking(() => empty(1L << 60, ScalarType.Byte))
            .Should().Throw<Exception>().Which.Message.Should().Contain("can't allocate memory");
    }

    [SkippableFact]
    public void A_freed_block_is_reused_although_small_objects_were_allocated_in_between()
    {
        using var allocator = TurnOn();
        // The small objects may be placed in the freed block itself, if the heap has no smaller one.
        Enumerable.Range(0, 8).Select(_ => IsReused()).Should().Contain(true);

        static bool IsReused()
        {
            using var scope = NewDisposeScope();
            // The second prevents the first's block from merging with free memory behind it.
            var (large, kept) = (ones(1 << 18), ones(1 << 18));
            var place = Address(large);
            large.Dispose();
            Tensor[] small = [.. Enumerable.Range(0, 50).Select(_ => ones(3))];
            var isReused = place == Address(ones(1 << 18));
            Assert.Equal(1 << 18, kept.sum().item<float>());
            small.Select(tensor => tensor.sum().item<float>()).Should().OnlyContain(sum => sum == 3);
            return isReused;
        }
    }

    [SkippableFact]
    public void It_is_off_unless_it_is_turned_on()
    {
        Assert.False(FastPaths.Allocator);
        using (TurnOn()) Assert.True(FastPaths.Allocator);
        Assert.False(FastPaths.Allocator);
    }

    [SkippableFact]
    public unsafe void An_allocator_that_the_program_installs_is_left_alone()
    {
        using var allocator = TurnOn();
        FastPaths.Allocator = false;
        var c10 = NativeLibrary.Load("libc10.so");
        var set = (delegate* unmanaged<void*, byte, void>)NativeLibrary.GetExport(c10, "_ZN3c1015SetCPUAllocatorEPNS_9AllocatorEh");
        var get = (delegate* unmanaged<void*>)NativeLibrary.GetExport(c10, "_ZN3c1015GetCPUAllocatorEv");
        var original = (void**)get();
        // The same functions at another address: an object of the class without fields.
        var copy = stackalloc void*[1] { *original };
        set(copy, 0);
        try
        {
            FastPaths.Allocator = true;
            Assert.False(FastPaths.Allocator);
            Assert.True(get() == copy);
            FastPaths.Allocator = false;
            Assert.True(get() == copy);
        }
        finally { set(original, 0); }
    }

    private static PathSwitch TurnOn()
    {
        var path = new PathSwitch(nameof(FastPaths.Allocator), isOn: true);
        if (FastPaths.Allocator) return path;
        path.Dispose();
        Skip.If(true, "The allocator is not supported on this system or with this libtorch.");
        return path;
    }

    private static unsafe nint Address(Tensor tensor) => (nint)TensorMemory.Pointer(tensor);
}
