using PeftSharp.Tuners;

namespace PeftSharp.Tests.Tuners;

public sealed class LoraTests : TunerTests<LoraConfig>
{
    protected override LoraConfig Config => new() { R = 2 };
}
