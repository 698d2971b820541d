using PeftSharp.Tuners;

namespace PeftSharp.Tests.Tuners;

public sealed class Ia3Tests : TunerTests<Ia3Config>
{
    protected override Ia3Config Config => new();
}
