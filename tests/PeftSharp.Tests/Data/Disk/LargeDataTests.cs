using System.Globalization;
using PeftSharp.Tests.Processes;

namespace PeftSharp.Tests.Data;

/// <summary>Data that is larger than the memory that the process may use.</summary>
public sealed class LargeDataTests
{
    [Fact, Trait("Category", "Slow")]
    public void Texts_are_stored_tokenized_and_trained_on_with_less_managed_memory_than_their_size()
    {
        // 0x6000000: the runtime throws OutOfMemoryException if managed memory exceeds 96 MB.
        var output = ChildProcess.Run(nameof(MappedDataProgram.LargeData), ("DOTNET_GCHeapHardLimit", "0x6000000"), ("ROWS", "500000"));
        var numbers = output.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        numbers[0].Should().BeGreaterThan(400, "of megabytes in files");
        numbers[1].Should().BeLessThanOrEqualTo(96);
        numbers[2].Should().Be(5);
    }
}
