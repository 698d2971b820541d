using PeftSharp.Tuners;

namespace PeftSharp.Tests.Tuners;

public sealed class DoraTests : TunerTests<LoraConfig>
{
    protected override LoraConfig Config => new() { R = 2, UseDora = true };
}
